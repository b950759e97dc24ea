/**
 * What a generator asks, as data, so that every generator asks exactly the same and the answers are
 * checked alike: the bytes of a call, where its serial number stands in them, and what the right
 * answer looks like.
 */
import { assert } from '../../src/base/assert.js';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface LoadPlan {
  readonly endpoint: Endpoint;
  /** A whole HTTP request: `before`, the serial as `numbering` says, `after`. */
  readonly before: string;
  readonly after: string;
  readonly numbering: Numbering;
  /** Whether serials that follow each other are far apart in the order of names. */
  readonly isScattered: boolean;
  readonly answer: RightAnswer;
}

/** `none`: the same call again and again. `base64`: the digits as the text of JSON gateways. */
export type Numbering = 'none' | 'digits' | 'base64';

/** Status 200, the text, and, when all answers are equally long, the length. */
export interface RightAnswer {
  readonly contains: string;
  readonly bodyBytes: number | undefined;
}

/** Serials are written with this many digits, so that every call is equally long. */
export const serialDigits = 9;

const serials = 10 ** serialDigits;

/** Prime to the number of serials: no two serials are scattered to the same place. */
export const scatterFactor = 387_420_489;

/** Beyond it the product is no exact double any more. */
const serialMax = Math.floor(Number.MAX_SAFE_INTEGER / scatterFactor);

/** The digits of a serial, scattered or not. */
export function serialText(serial: number, isScattered: boolean): string {
  assert(serial >= 0 && serial <= serialMax, () => `${serial} is a serial`);
  const placed = isScattered ? (serial * scatterFactor) % serials : serial;
  return String(placed).padStart(serialDigits, '0');
}

/** The bytes of one call. */
export function renderCall(plan: LoadPlan, serial: number): string {
  if (plan.numbering === 'none') return plan.before + plan.after;
  const digits = serialText(serial, plan.isScattered);
  const text = plan.numbering === 'digits' ? digits : base64(digits);
  return plan.before + text + plan.after;
}

/**
 * What files and keys of a run are called, up to the serial. Its length is a multiple of three, so
 * that its base64 text can be written before that of the serial.
 */
export function namePrefix(run: number): string {
  return `files/r${String(run).padStart(4, '0')}/`;
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function isRightAnswer(right: RightAnswer, status: number, body: string): boolean {
  if (status !== 200 || !body.includes(right.contains)) return false;
  return right.bodyBytes === undefined || Buffer.byteLength(body) === right.bodyBytes;
}
