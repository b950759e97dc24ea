/** A call of XML-RPC as text, as far as the page makes any: texts, whole numbers and arrays. */
import { escapeHtml } from '../base/escape-html.js';
import type { CallValue } from './actions.js';

/** Characters that XML 1.0 cannot carry; lone surrogates are among them. */
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/u;

export function encodeXmlCall(method: string, params: readonly CallValue[]): string {
  const list = params.map((param) => `<param>${encodeValue(param)}</param>`).join('');
  const name = `<methodName>${escapeHtml(method)}</methodName>`;
  return `<?xml version="1.0"?><methodCall>${name}<params>${list}</params></methodCall>`;
}

/** Why a text cannot be sent, or undefined when it can. */
export function findTextMistake(text: string): string | undefined {
  return forbidden.test(text) ? 'it holds a character that cannot be sent' : undefined;
}

function encodeValue(value: CallValue): string {
  if (typeof value === 'string') return `<value><string>${encodeText(value)}</string></value>`;
  if (typeof value === 'number') return `<value><int>${value}</int></value>`;
  return `<value><array><data>${value.map(encodeValue).join('')}</data></array></value>`;
}

/** Parsers turn a CR into a LF where it is not written so. */
function encodeText(text: string): string {
  return escapeHtml(text).replaceAll('\r', '&#13;');
}
