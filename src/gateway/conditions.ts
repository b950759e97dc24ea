/**
 * Conditional requests (RFC 9110, section 13): whether a request goes ahead, judged by the entity
 * tag and the time of what would be sent. Asked only where the answer would be a 2xx otherwise.
 */
import { parseHttpDate } from './http-date.js';

/** The condition headers of a request, as far as it has them. */
export interface ConditionHeaders {
  readonly 'if-match'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
  readonly 'if-modified-since'?: string | undefined;
  readonly 'if-unmodified-since'?: string | undefined;
  readonly 'if-range'?: string | string[] | undefined;
}

/** What the selected representation is told by. */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** Milliseconds since 1970; undefined when nobody knows. */
  readonly modifiedMs: number | undefined;
}

/** `notModified`: 304. `failed`: 412. */
export type Judgement = 'proceed' | 'notModified' | 'failed';

/** In the order of precedence of section 13.2.2. */
export function judgeConditions(
  headers: ConditionHeaders,
  { isRead, validators, nowMs }: ConditionContext,
): Judgement {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, validators.etag, 'strong')) return 'failed';
  } else if (isModifiedSince(headers['if-unmodified-since'], validators, nowMs) === true) {
    return 'failed';
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) {
    if (!matches(ifNoneMatch, validators.etag, 'weak')) return 'proceed';
    return isRead ? 'notModified' : 'failed';
  }
  const isModified = isModifiedSince(headers['if-modified-since'], validators, nowMs);
  return isRead && isModified === false ? 'notModified' : 'proceed';
}

export interface ConditionContext {
  /** GET or HEAD. */
  readonly isRead: boolean;
  readonly validators: Validators;
  readonly nowMs: number;
}

/**
 * Whether the ranges of a request count (section 13.1.5): without If-Range, or if it names exactly
 * what would be sent. A date does so only once the second that it names is over: until then the
 * file could change again and keep the date.
 */
export function areRangesWanted(
  ifRange: string | string[] | undefined,
  { validators, nowMs }: Pick<ConditionContext, 'validators' | 'nowMs'>,
): boolean {
  if (ifRange === undefined) return true;
  if (typeof ifRange !== 'string') return false;
  const text = ifRange.trim();
  if (/^(W\/)?"/.test(text)) return text === validators.etag;
  const sinceMs = parseHttpDate(text, nowMs);
  const modifiedMs = wholeSecond(validators.modifiedMs);
  return sinceMs !== undefined && sinceMs === modifiedMs && modifiedMs + 1000 <= nowMs;
}

/** One tag of a list of entity tags, with its quotes, up to the next one (section 8.8.3). */
const tagPattern = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?:$|,[ \t,]*)/y;

/** Whether a list names the tag; what does not follow the grammar names nothing. */
function matches(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  const text = list.replace(/^[ \t,]+/, '').trimEnd();
  if (text === '*') return true;
  let at = 0;
  while (at < text.length) {
    tagPattern.lastIndex = at;
    const found = tagPattern.exec(text);
    if (found === null) return false;
    if (found[2] === etag && (comparison === 'weak' || found[1] === undefined)) return true;
    at = tagPattern.lastIndex;
  }
  return false;
}

/** Undefined when the question is not asked, or cannot be answered. */
function isModifiedSince(
  since: string | undefined,
  validators: Validators,
  nowMs: number,
): boolean | undefined {
  const modifiedMs = wholeSecond(validators.modifiedMs);
  if (since === undefined || modifiedMs === undefined) return undefined;
  const sinceMs = parseHttpDate(since, nowMs);
  return sinceMs === undefined ? undefined : modifiedMs > sinceMs;
}

function wholeSecond(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.floor(ms / 1000) * 1000;
}
