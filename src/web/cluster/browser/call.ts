/** Calls of XML-RPC to a server, and what it answers. */
import type { CallValue } from '../../../live/actions.js';
import { encodeXmlCall } from '../../../live/xml-call.js';

/** What the answers of this page's calls are made of. */
export type AnswerValue =
  string | number | boolean | readonly AnswerValue[] | { readonly [name: string]: AnswerValue };

/** Longer than `setleader` may take. */
const answerMsMax = 6_000;

/** The message says what went wrong, in words. */
export class CallError extends Error {
  override readonly name = 'CallError';
}

export async function call(
  origin: string,
  method: string,
  params: readonly CallValue[],
): Promise<AnswerValue> {
  let text: string;
  try {
    const response = await fetch(`${origin}/RPC2`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/xml' },
      body: encodeXmlCall(method, params),
      signal: AbortSignal.timeout(answerMsMax),
    });
    text = await response.text();
    if (!response.ok) throw new CallError(`${origin} answers with HTTP status ${response.status}`);
  } catch (error) {
    if (error instanceof CallError) throw error;
    const isLate = error instanceof DOMException && error.name === 'TimeoutError';
    throw new CallError(
      isLate
        ? `${origin} has not answered ${method} within ${answerMsMax / 1_000} s: there may be no ` +
            'majority; it may still take effect'
        : `${origin} cannot be reached from this browser`,
    );
  }
  return readResponse(text);
}

/** For people. */
export function textOf(value: AnswerValue | undefined): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function readResponse(text: string): AnswerValue {
  const xml = new DOMParser().parseFromString(text, 'text/xml');
  const fault = xml.querySelector('methodResponse > fault > value');
  if (fault !== null) {
    const { faultCode, faultString } = readValue(fault) as Readonly<Record<string, AnswerValue>>;
    throw new CallError(`fault ${textOf(faultCode)}: ${textOf(faultString)}`);
  }
  const value = xml.querySelector('methodResponse > params > param > value');
  if (value === null) throw new CallError('the answer is no response of XML-RPC');
  return readValue(value);
}

function readValue(value: Element): AnswerValue {
  const [inner] = value.children;
  const text = value.textContent;
  switch (inner?.tagName) {
    case 'boolean':
      return text.trim() === '1';
    case 'int':
    case 'i4':
    case 'i8':
    case 'double':
      return Number(text);
    case 'array':
      return [...inner.querySelectorAll(':scope > data > value')].map(readValue);
    case 'struct': {
      const members = [...inner.children].flatMap((member) => {
        const [name, of] = member.children;
        return name === undefined || of === undefined
          ? []
          : [[name.textContent, readValue(of)] as const];
      });
      return Object.fromEntries(members);
    }
    default:
      return text;
  }
}
