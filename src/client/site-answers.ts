/**
 * What the methods of the site answer, as values of this program. A server is believed what it says
 * in the form that belongs to the question; anything else throws `UnexpectedAnswer`.
 */
import type { XmlValue } from '../rpc/xml-value.js';
import type { SiteRead, SiteUpdated } from '../site/site-call.js';
import type { AnswerTo, SiteQuery } from '../site/site-query.js';
import { UnexpectedAnswer } from './client-errors.js';

export function toSiteUpdated(value: XmlValue): SiteUpdated {
  const updated = toObject('updatesite', value) as Partial<SiteUpdated>;
  const { result, index } = updated;
  if (typeof result?.kind !== 'string' || typeof index !== 'number') throw strange('updatesite');
  return { result, index };
}

/** The answer to a question of this type. */
export interface SiteReading<Query extends SiteQuery> extends SiteRead {
  /** Null when the server had not applied as much as was asked for. */
  readonly answer: AnswerTo<Query> | null;
}

export function toSiteReading<Query extends SiteQuery>(
  query: Query,
  value: XmlValue,
): SiteReading<Query> {
  const read = toObject('readsite', value) as Partial<SiteRead>;
  const { server, term, leader, applied, committed, answer } = read;
  const areNumbers = [server, term, applied, committed].every((item) => typeof item === 'number');
  const isLeaderRight = leader === null || typeof leader === 'number';
  const isAnswerRight = answer === null || answer?.type === query.type;
  if (!areNumbers || !isLeaderRight || !isAnswerRight) throw strange('readsite');
  return read as SiteReading<Query>;
}

function toObject(method: string, value: XmlValue): object {
  if (typeof value !== 'string') throw strange(method);
  let object: unknown;
  try {
    object = JSON.parse(value);
  } catch {
    throw strange(method);
  }
  if (typeof object !== 'object' || object === null) throw strange(method);
  return object;
}

function strange(method: string): UnexpectedAnswer {
  return new UnexpectedAnswer(`${method} did not answer what belongs to its question`);
}
