/**
 * Made-up runs of the tester that look like real ones: a chaos run drawn from a seed, with clients,
 * elections and faults, and results of checks. What the clients are told is consistent until a
 * story of `sample-stories` breaks it.
 */
import type {
  ChaosRecord,
  FaultEvent,
  FaultKind,
  Sighting,
} from '../../../tester/chaos/chaos-record.js';
import type { Finding } from '../../../tester/history/finding.js';
import type { Operation, Outcome, Question } from '../../../tester/history/operation.js';

export interface SampleOptions {
  readonly seed: number;
  readonly servers: number;
  readonly clients: number;
  readonly operations: number;
}

/** Mulberry32: small, and the same on every machine. */
function drawer(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Who leads from when on, in which term; undefined while nobody does. */
interface Reign {
  readonly fromMs: number;
  readonly leader: number | undefined;
  readonly term: number;
}

const files = ['notes.txt', 'photos/2024/beach.jpg', 'todo', 'ünïcödé ✓.md'] as const;
const meanGapMs = 14;

const promises = [
  'reads and updates of each file are linearizable',
  'no update that was answered true is lost',
  'reads never go back behind what was answered before they began',
  'at most one server leads in a term',
  'the maps of all servers are equal in the end',
];

export const allHeld: readonly Finding[] = promises.map((promise) => ({
  promise,
  verdict: { kind: 'held' },
}));

/** A run without a contradiction. */
export function sampleChaos(options: SampleOptions): ChaosRecord {
  const draw = drawer(options.seed);
  const durationMs = Math.ceil((options.operations * meanGapMs) / options.clients) + 500;
  const { faults, reigns } = drawFaults(options, durationMs, draw);
  return {
    seed: String(options.seed),
    replay: `./run-tester.sh localhost:9001 --chaos --seed ${options.seed} --seconds 30`,
    startedAt: '2026-03-04T05:06:07.000Z',
    durationMs,
    servers: Array.from({ length: options.servers }, (_, id) => ({
      id,
      address: `localhost:${9001 + id}`,
    })),
    clients: options.clients,
    faults,
    sightings: sightingsOf({ faults, reigns }, options, durationMs),
    operations: numbered(drawOperations(options, reigns, draw)),
    findings: allHeld,
  };
}

interface Story {
  readonly faults: readonly FaultEvent[];
  readonly reigns: readonly Reign[];
}

/** Faults one after the other; one that strikes the leader costs an election. */
function drawFaults({ servers }: SampleOptions, durationMs: number, draw: () => number): Story {
  const kinds: readonly FaultKind[] = ['crash', 'partition', 'kill', 'pause', 'transfer'];
  const faults: FaultEvent[] = [];
  const reigns: Reign[] = [{ fromMs: 240, leader: 0, term: 1 }];
  for (let atMs = 900 + draw() * 900; atMs < durationMs - 2_000; atMs += 1_300 + draw() * 1_900) {
    const kind = kinds[Math.floor(draw() * kinds.length)] ?? 'crash';
    const last = reigns.at(-1) ?? { leader: 0, term: 1 };
    const struck = draw() < 0.65 ? (last.leader ?? 0) : Math.floor(draw() * servers);
    const untilMs = kind === 'transfer' ? atMs + 60 : atMs + 500 + draw() * 1_400;
    const description = describe(kind, struck, servers);
    faults.push({ kind, servers: [struck], fromMs: atMs, untilMs, description });
    if (struck !== last.leader) continue;
    const electionMs = kind === 'transfer' ? 40 : 320 + draw() * 300;
    const leader = (struck + 1 + Math.floor(draw() * (servers - 1))) % servers;
    reigns.push({ fromMs: atMs, leader: undefined, term: last.term });
    reigns.push({ fromMs: atMs + electionMs, leader, term: last.term + 1 });
  }
  return { faults, reigns };
}

function describe(kind: FaultKind, struck: number, servers: number): string {
  const others = Array.from({ length: servers }, (_, id) => id).filter((id) => id !== struck);
  switch (kind) {
    case 'partition':
      return `server ${struck} cut off from ${others.join(' and ')}`;
    case 'transfer':
      return `server ${others[0] ?? 0} asked to lead in place of server ${struck}`;
    case 'kill':
      return `server ${struck} killed and started again`;
    case 'pause':
      return `server ${struck} paused`;
    case 'crash':
      return `server ${struck} crashed`;
  }
}

function sightingsOf(story: Story, { servers }: SampleOptions, endMs: number): Sighting[] {
  const sightings: Sighting[] = [];
  for (let atMs = 0; atMs < endMs; atMs += 50) {
    for (let server = 0; server < servers; server += 1) {
      sightings.push(sightingAt(story, server, atMs));
    }
  }
  return sightings;
}

function sightingAt({ faults, reigns }: Story, server: number, atMs: number): Sighting {
  const reign = reignAt(reigns, atMs) ?? { leader: undefined, term: 0, fromMs: 0 };
  const fault = faults.find(
    (one) => one.servers.includes(server) && one.fromMs <= atMs && atMs < one.untilMs,
  );
  const { term } = reign;
  if (fault?.kind === 'crash') return { server, atMs, role: 'crashed', term };
  if (fault?.kind === 'kill' || fault?.kind === 'pause') {
    return { server, atMs, role: 'silent', term: undefined };
  }
  if (reign.leader === server) return { server, atMs, role: 'leader', term };
  const isNext = reign.leader === undefined && atMs - reign.fromMs > 200 && fault === undefined;
  const role = isNext && (server + term) % 2 === 0 ? 'candidate' : 'follower';
  return { server, atMs, role, term };
}

function reignAt(reigns: readonly Reign[], atMs: number): Reign | undefined {
  return reigns.findLast(({ fromMs }) => fromMs <= atMs);
}

type Unnumbered = Omit<Operation, 'id' | 'beganAt' | 'endedAt'>;

function drawOperations(
  { operations, clients }: SampleOptions,
  reigns: readonly Reign[],
  draw: () => number,
): readonly Unnumbered[] {
  const versions = new Map<string, { version: number; hash: string }>();
  const nextAt = Array.from({ length: clients }, () => draw() * 20);
  const made: Unnumbered[] = [];
  while (made.length < operations) {
    const client = nextAt.indexOf(Math.min(...nextAt));
    const beganMs = nextAt[client] ?? 0;
    const reign = reignAt(reigns, beganMs);
    const name = files[Math.floor(draw() ** 2 * files.length)] ?? 'notes.txt';
    const state = versions.get(name) ?? { version: 0, hash: '' };
    const isUpdate = draw() < 0.45;
    const isRaced = draw() < 0.15;
    const hash = `c${client}-${made.length}`;
    const question: Question = isUpdate
      ? { kind: 'update', name, version: state.version + (isRaced ? 0 : 1) || 1, hash }
      : { kind: 'read', name };
    const outcome = answer(question, { reign, state, draw });
    if (question.kind === 'update' && outcome.kind === 'updated' && outcome.updated) {
      versions.set(name, { version: question.version, hash });
    }
    const tookMs = outcome.kind === 'unknown' ? 250 + draw() * 500 : 2 + draw() ** 3 * 22;
    made.push({
      client,
      server: reign?.leader ?? Math.floor(draw() * 3),
      question,
      outcome,
      beganMs,
      endedMs: beganMs + tookMs,
    });
    nextAt[client] = beganMs + tookMs + draw() * 6;
  }
  return made;
}

interface Situation {
  readonly reign: Reign | undefined;
  readonly state: { readonly version: number; readonly hash: string };
  readonly draw: () => number;
}

function answer(question: Question, { reign, state, draw }: Situation): Outcome {
  if (reign?.leader === undefined) {
    return draw() < 0.3
      ? { kind: 'unknown', why: 'no answer within 500 ms' }
      : { kind: 'failed', why: 'fault 1: not the leader; the leader is not known' };
  }
  if (question.kind === 'read') return { kind: 'seen', ...state };
  return { kind: 'updated', updated: question.version === state.version + 1 };
}

/** Gives ids by begin, and every begin and end its place in the one order of all. */
export function numbered(operations: readonly Unnumbered[]): readonly Operation[] {
  const ordered = [...operations].sort((a, b) => a.beganMs - b.beganMs);
  const moments = ordered
    .flatMap(({ beganMs, endedMs }, id) => [
      { id, ms: beganMs, isEnd: false },
      { id, ms: endedMs, isEnd: true },
    ])
    .sort((a, b) => a.ms - b.ms);
  const places = ordered.map(() => ({ beganAt: 0, endedAt: 0 }));
  for (const [position, { id, isEnd }] of moments.entries()) {
    const place = places[id];
    if (place !== undefined) place[isEnd ? 'endedAt' : 'beganAt'] = position;
  }
  return ordered.map((operation, id) => ({
    ...operation,
    id,
    beganAt: places[id]?.beganAt ?? 0,
    endedAt: places[id]?.endedAt ?? 0,
  }));
}
