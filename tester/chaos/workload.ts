/**
 * What a client does next, drawn by chance. Mostly it asks the leader about one of a few hot names
 * and offers the version that is due; now and then it offers a wrong one, or asks somebody else.
 * Pure but for the source of chance.
 */
import { must } from '../../src/base/assert.js';
import type { Question } from '../history/operation.js';

export interface WorkloadView {
  /** Ids of all servers; never empty. */
  readonly servers: readonly number[];
  readonly leader: number | undefined;
  /** Servers to which something has just happened. */
  readonly attended: readonly number[];
  readonly names: readonly string[];
  versionOf(name: string): number;
  /** A hash that no other update of the run carries. */
  newHash(): string;
  /** A hunter asks attended servers, and is left hanging by those that cannot answer. */
  readonly isHunter: boolean;
}

export interface Errand {
  readonly server: number;
  readonly question: Question;
  /** A read goes by the whole map rather than by the one file. */
  readonly asMap: boolean;
}

type Random = () => number;

export function nextErrand(view: WorkloadView, random: Random): Errand {
  const isHunting = view.isHunter && view.attended.length > 0 && random() < 0.7;
  const server = isHunting
    ? pick(view.attended, random)
    : view.leader === undefined || random() < 0.07
      ? pick(view.servers, random)
      : view.leader;
  const name = pick(view.names, random);
  const asMap = random() < 0.1;
  // Who hunts looks for stale reads; a few updates give a deposed leader something to lose.
  const isUpdate = random() < (isHunting ? 0.15 : 0.55);
  if (!isUpdate) return { server, question: { kind: 'read', name }, asMap };
  const version = offeredVersion(view.versionOf(name), random);
  const question: Question = { kind: 'update', name, version, hash: view.newHash() };
  return { server, question, asMap: false };
}

function offeredVersion(known: number, random: Random): number {
  const draw = random();
  if (draw < 0.84) return known + 1;
  if (draw < 0.92) return known + 2;
  if (draw < 0.96) return known;
  return Math.floor(random() * (known + 1)) - 1;
}

function pick<T>(choices: readonly T[], random: Random): T {
  return must(choices[Math.floor(random() * choices.length)], 'there is something to choose from');
}

/** One name that lives as long as the run, and some that make room for others. */
const rotatingNames = 3;
const rotationMsMin = 10_000;
/** A run of any length comes by with three times as many names, and one. */
const generationsMax = 100;

/** Histories of one name stay short, so that they can be searched; but one goes on to the end. */
export class HotNames {
  readonly #runName: string;
  readonly #rotationMs: number;

  constructor(runName: string, runMs: number) {
    this.#runName = `${runName}-chaos`;
    this.#rotationMs = Math.max(rotationMsMin, runMs / generationsMax);
  }

  at(nowMs: number): readonly string[] {
    return [this.#runName, ...this.#generation(Math.floor(nowMs / this.#rotationMs))];
  }

  /** All names that were hot until now. */
  until(nowMs: number): readonly string[] {
    const last = Math.floor(nowMs / this.#rotationMs);
    const generations = Array.from({ length: last + 1 }, (_, each) => this.#generation(each));
    return [this.#runName, ...generations.flat()];
  }

  #generation(generation: number): readonly string[] {
    return Array.from(
      { length: rotatingNames },
      (_, position) => `${this.#runName}-${generation}-${position}`,
    );
  }
}
