/**
 * The data of a feed's events as they came, made values or refused: what answers at an address may
 * be of another version, or be no server at all.
 */
import { readReport } from '../doctor/read-report.js';
import type { ServerReport } from '../doctor/cluster-look.js';
import {
  happeningKinds,
  type FeedEventName,
  type FeedHappening,
  type FeedHello,
  type FeedLog,
  type FeedMessage,
} from './feed.js';

export type FeedEvent =
  | { readonly name: 'hello'; readonly hello: FeedHello }
  | { readonly name: 'status'; readonly report: ServerReport }
  | { readonly name: 'log'; readonly log: FeedLog }
  | { readonly name: 'messages'; readonly messages: readonly FeedMessage[] }
  | { readonly name: 'happening'; readonly happening: FeedHappening };

/** Undefined for what no server of this service says. */
export function readFeedEvent(name: FeedEventName, data: string): FeedEvent | undefined {
  if (name === 'status') {
    const report = readReport(data);
    return report && { name, report };
  }
  const value = parse(data);
  switch (name) {
    case 'hello':
      return hasNumbers(value, ['serverId', 'lifeMs', 'clockMs'])
        ? { name, hello: value as unknown as FeedHello }
        : undefined;
    case 'log':
      return hasNumbers(value, ['firstIndex', 'lastIndex']) && hasList(value, 'entries', entry)
        ? { name, log: value as unknown as FeedLog }
        : undefined;
    case 'messages':
      return Array.isArray(value) && value.every((each) => hasNumbers(each, message))
        ? { name, messages: value as unknown as readonly FeedMessage[] }
        : undefined;
    case 'happening':
      return hasNumbers(value, ['number', 'atMs']) && isKnownKind(value)
        ? { name, happening: value as unknown as FeedHappening }
        : undefined;
  }
}

const entry = ['index', 'term'] as const;
const message = ['from', 'to', 'term', 'count'] as const;

type Members = Readonly<Record<string, unknown>>;

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function hasNumbers(value: unknown, names: readonly string[]): value is Members {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  return names.every((name) => Number.isFinite((value as Members)[name]));
}

function hasList(value: Members, name: string, numbers: readonly string[]): boolean {
  const list = value[name];
  return Array.isArray(list) && list.every((each) => hasNumbers(each, numbers));
}

function isKnownKind(value: Members): boolean {
  return typeof value['text'] === 'string' && happeningKinds.some((kind) => kind === value['kind']);
}
