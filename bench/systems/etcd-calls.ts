/** The calls of etcd's JSON gateway as bytes and load plans. */
import { postRequest } from '../http-connection.js';
import { base64, namePrefix, serialDigits } from '../load/load-plan.js';
import type { Endpoint, LoadPlan, RightAnswer } from '../load/load-plan.js';

/** A put says at which revision it took effect. */
export const putAnswer: RightAnswer = { contains: '"revision":"', bodyBytes: undefined };

/** What a file is, as the value of a key: as many bytes of content as the service keeps. */
export function fileValue(version: number, hashes: readonly string[]): string {
  return JSON.stringify([version, hashes]);
}

export function gatewayCall(path: string, fields: Readonly<Record<string, unknown>>): Buffer {
  return postRequest(path, 'application/json', JSON.stringify(fields));
}

export function putCall(key: string, value: string): Buffer {
  return gatewayCall('/v3/kv/put', { key: base64(key), value: base64(value) });
}

/** Linearizable, as etcd's ranges are unless they are asked not to be. */
export function rangeCall(key: string): Buffer {
  return gatewayCall('/v3/kv/range', { key: base64(key) });
}

/** All keys with the prefix, or only their number. */
export function prefixRangeCall(prefix: string, countOnly: boolean): Buffer {
  return gatewayCall('/v3/kv/range', {
    key: base64(prefix),
    range_end: base64(endOfPrefix(prefix)),
    count_only: countOnly,
  });
}

/** The first key behind all with the prefix, which ends in a plain character. */
export function endOfPrefix(prefix: string): string {
  const last = prefix.length - 1;
  return prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
}

/** Puts of ever-new keys, each with this value. */
export function putPlan(
  endpoint: Endpoint,
  names: { readonly run: number; readonly isScattered: boolean },
  value: string,
): LoadPlan {
  const prefix = base64(namePrefix(names.run));
  // Base64 makes four characters of three digits.
  const placeholder = '#'.repeat((serialDigits / 3) * 4);
  const fields = { key: prefix + placeholder, value: base64(value) };
  const whole = gatewayCall('/v3/kv/put', fields).toString();
  const at = whole.indexOf(placeholder);
  return {
    endpoint,
    before: whole.slice(0, at),
    after: whole.slice(at + placeholder.length),
    numbering: 'base64',
    isScattered: names.isScattered,
    answer: putAnswer,
  };
}
