/**
 * What is done to the cluster in a run, drawn from the seed before it begins: pure, so that the
 * same seed means the same plan. The plan names the leader as "the leader"; who that is shows only
 * when its moment has come, which is why two runs of one plan still differ.
 */
import seedrandom from 'seedrandom';
import { must, unreachable } from '../../src/base/assert.js';
import type { FaultKind } from './chaos-record.js';
import type { PartitionShape } from './partition-shape.js';

/** Who is struck: the first `count` of `order`. */
export interface Aim {
  /** Positions of all servers, each once. */
  readonly order: readonly number[];
  readonly count: number;
  /** Whoever leads at that moment comes before all others. */
  readonly leaderFirst: boolean;
  /** Strikes the server that has just answered an update, at once after the answer, first. */
  readonly afterAnswer: boolean;
}

export type PlannedFault =
  | {
      readonly kind: 'crash' | 'kill' | 'pause';
      /** From the begin of the episode. */
      readonly delayMs: number;
      readonly aim: Aim;
    }
  | {
      readonly kind: 'transfer';
      readonly delayMs: number;
      readonly aim: Aim;
      /** In each round the next `count` servers of the order are told to lead. */
      readonly rounds: number;
    }
  | {
      readonly kind: 'partition';
      readonly delayMs: number;
      readonly aim: Aim;
      readonly shape: PartitionShape;
    };

/** Some calm, then faults that last until all of them are undone. */
export interface Episode {
  /** Without faults, before those of this episode. Clients get an update through, unless it is 0. */
  readonly calmMs: number;
  readonly faults: readonly PlannedFault[];
  readonly holdMs: number;
  /** Between the undoing of one struck server and the next. */
  readonly undoGapMs: number;
}

export interface PlanRequest {
  readonly seed: string;
  readonly seconds: number;
  readonly serverCount: number;
  /** Faults that can be done to this cluster. */
  readonly kinds: readonly FaultKind[];
  /** `makeserverunreachablefrom` takes a direction. */
  readonly oneWay: boolean;
}

const roundsMax = 5;

/** Partitions have the most shapes, so they are the most frequent. */
const weights: Readonly<Record<FaultKind, number>> = {
  crash: 2,
  partition: 4,
  transfer: 2,
  kill: 2,
  pause: 2,
};

type Random = () => number;

/** Enough episodes for the time; empty when nothing can be done to the cluster. */
export function planFaults(request: PlanRequest): readonly Episode[] {
  const random = seedrandom(`faults ${request.seed}`);
  const kinds = request.kinds.filter((kind) => request.serverCount > 1 || !needsOthers(kind));
  const episodes: Episode[] = [];
  let plannedMs = 0;
  while (kinds.length > 0 && plannedMs < request.seconds * 1_000) {
    const isOpening = episodes.length === 0 && kinds.includes('partition');
    const episode = isOpening
      ? planOpening(request.serverCount, random)
      : planEpisode({ ...request, kinds }, random);
    episodes.push(episode);
    plannedMs += episode.calmMs + episode.holdMs;
  }
  return episodes;
}

function needsOthers(kind: FaultKind): boolean {
  return kind === 'partition' || kind === 'transfer';
}

/** What shows most bugs comes first, so that no run goes without it: a leader that is cut off. */
function planOpening(serverCount: number, random: Random): Episode {
  const order = shuffled(serverCount, random);
  const aim = { order, count: 1, leaderFirst: true, afterAnswer: random() < 0.5 };
  const fault: PlannedFault = {
    kind: 'partition',
    delayMs: 0,
    aim,
    shape: { kind: 'split', size: 1 },
  };
  return {
    calmMs: between(300, 900, random),
    faults: [fault],
    holdMs: between(1_800, 2_600, random),
    undoGapMs: 0,
  };
}

function planEpisode(request: PlanRequest, random: Random): Episode {
  const weighed = request.kinds.flatMap((each) => Array<FaultKind>(weights[each]).fill(each));
  const kind = pick(weighed, random);
  const first = planFault(kind, request, random);
  const isPair = random() < (kind === 'transfer' ? 0.5 : 0.25);
  const faults = isPair ? [first, planSecond(kind, request, random)] : [first];
  const isLong = random() < (faults.some(needsElection) ? 0.8 : 0.3);
  return {
    // Now and then one blow follows the other before the cluster has found its feet.
    calmMs: random() < 0.15 ? 0 : between(200, 900, random),
    faults,
    holdMs: isLong ? between(1_200, 2_600, random) : between(100, 1_200, random),
    undoGapMs: random() < 0.5 ? 0 : between(20, 300, random),
  };
}

/** Only when the others have elected somebody, the struck server believes what is past. */
function needsElection({ kind }: PlannedFault): boolean {
  return kind === 'partition' || kind === 'pause';
}

/** In the midst of a transfer the blow has to come soon; else it may come any time. */
function planSecond(first: FaultKind, request: PlanRequest, random: Random): PlannedFault {
  const blows = request.kinds.filter((kind) => kind === 'crash' || kind === 'kill');
  const isTransfer = first === 'transfer';
  const kinds = isTransfer && blows.length > 0 ? blows : request.kinds;
  const fault = planFault(pick(kinds, random), request, random);
  return { ...fault, delayMs: between(0, isTransfer ? 60 : 600, random) };
}

function planFault(kind: FaultKind, request: PlanRequest, random: Random): PlannedFault {
  const { serverCount } = request;
  const order = shuffled(serverCount, random);
  const leaderFirst = random() < 0.5;
  const aim = { order, count: 1, leaderFirst, afterAnswer: false };
  switch (kind) {
    case 'crash':
    case 'kill': {
      const afterAnswer = random() < 0.3;
      const count = countOf(serverCount, random);
      return { kind, delayMs: 0, aim: { ...aim, count, afterAnswer } };
    }
    case 'pause': {
      // The others can elect somebody only while most of them run.
      const count = random() < 0.7 ? 1 : countOf(serverCount, random);
      return { kind, delayMs: 0, aim: { ...aim, leaderFirst: random() < 0.85, count } };
    }
    case 'transfer':
      // Two that are told at once compete; a leader that is told to lead may stay one.
      return {
        kind,
        delayMs: 0,
        aim: { ...aim, leaderFirst: false, count: random() < 0.5 ? 1 : 2 },
        rounds: between(1, roundsMax, random),
      };
    case 'partition':
      return {
        kind,
        delayMs: 0,
        aim: { ...aim, leaderFirst: random() < 0.8 },
        shape: planShape(request, random),
      };
    default:
      return unreachable(kind);
  }
}

/** One, a minority, a majority, or all. */
function countOf(serverCount: number, random: Random): number {
  const draw = random();
  if (draw < 0.5) return 1;
  if (draw < 0.7) return Math.max(1, Math.floor((serverCount - 1) / 2));
  if (draw < 0.88) return Math.floor(serverCount / 2) + 1;
  return serverCount;
}

function planShape({ serverCount, oneWay }: PlanRequest, random: Random): PartitionShape {
  // A leader that is cut off whole, and does not know it, is what most bugs need.
  const kinds: PartitionShape['kind'][] = ['split', 'split', 'split', 'split'];
  if (oneWay) kinds.push('one-way', 'one-way');
  if (serverCount > 2) kinds.push('some', 'bridge');
  if (serverCount > 3) kinds.push('ring');
  const kind = pick(kinds, random);
  switch (kind) {
    case 'split':
      return { kind, size: random() < 0.6 ? 1 : between(1, serverCount - 1, random) };
    case 'some':
      return { kind, count: between(1, serverCount - 2, random) };
    case 'one-way':
      return { kind, direction: random() < 0.5 ? 'send' : 'receive' };
    case 'ring':
    case 'bridge':
      return { kind };
    default:
      return unreachable(kind);
  }
}

function shuffled(count: number, random: Random): readonly number[] {
  const left = Array.from({ length: count }, (_, position) => position);
  const order: number[] = [];
  while (left.length > 0) order.push(...left.splice(Math.floor(random() * left.length), 1));
  return order;
}

function pick<T>(choices: readonly T[], random: Random): T {
  return must(choices[Math.floor(random() * choices.length)], 'there is something to choose from');
}

/** A whole number, both ends included. */
function between(least: number, most: number, random: Random): number {
  return least + Math.floor(random() * (most - least + 1));
}
