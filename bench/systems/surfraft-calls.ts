/** The calls of SurfRaft as bytes and load plans, and what their right answers look like. */
import { postRequest } from '../http-connection.js';
import {
  namePrefix,
  serialDigits,
  type Endpoint,
  type LoadPlan,
  type RightAnswer,
} from '../load/load-plan.js';

/** What a call answers that is right. */
export const trueAnswer: RightAnswer = {
  contains: '<boolean>1</boolean>',
  bodyBytes: undefined,
};

export function call(method: string, params: string): Buffer {
  return postRequest('/RPC2', 'text/xml', callBody(method, params));
}

export function updateCall(name: string, version: number, hashes: readonly string[]): Buffer {
  return call('updatefile', updateParams(name, version, hashes));
}

/** Updates of files never seen, each with these hashes. */
export function updatePlan(
  endpoint: Endpoint,
  names: { readonly run: number; readonly isScattered: boolean },
  hashes: readonly string[],
): LoadPlan {
  const prefix = namePrefix(names.run);
  const placeholder = '#'.repeat(serialDigits);
  const whole = call('updatefile', updateParams(prefix + placeholder, 1, hashes)).toString();
  const at = whole.indexOf(placeholder);
  return {
    endpoint,
    before: whole.slice(0, at),
    after: whole.slice(at + serialDigits),
    numbering: 'digits',
    isScattered: names.isScattered,
    answer: trueAnswer,
  };
}

/** The same call without end. */
export function fixedPlan(endpoint: Endpoint, request: Buffer, answer: RightAnswer): LoadPlan {
  const before = request.toString();
  return { endpoint, before, after: '', numbering: 'none', isScattered: false, answer };
}

export function nameParam(name: string): string {
  return `<param><value><string>${name}</string></value></param>`;
}

function callBody(method: string, params: string): string {
  return (
    `<?xml version="1.0"?><methodCall><methodName>surfstore.${method}</methodName>` +
    `<params>${params}</params></methodCall>`
  );
}

function updateParams(name: string, version: number, hashes: readonly string[]): string {
  const items = hashes.map((hash) => `<value><string>${hash}</string></value>`).join('');
  return (
    nameParam(name) +
    `<param><value><int>${version}</int></value></param>` +
    `<param><value><array><data>${items}</data></array></value></param>`
  );
}
