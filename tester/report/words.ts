/** What people read about operations, numbers and times. */
import { unreachable } from '../../src/base/assert.js';
import type { Operation, Outcome } from '../history/operation.js';

const nameCharactersMax = 32;
const hashCharactersMax = 20;

/** `1 check`, `1,204 checks`. */
export function countOf(count: number, noun: string): string {
  return `${digits(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Whole numbers in groups of three digits. */
function digits(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

export function tellMs(ms: number): string {
  return `${digits(ms)} ms`;
}

/** Milliseconds as long as they are easy to take in, then seconds and minutes. */
export function tellDuration(ms: number): string {
  if (ms < 1000) return tellMs(ms);
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** The middle is left out of what is too long: names tend to differ at their ends. */
function short(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const half = Math.floor((charactersMax - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}

export function tellQuestion({ question }: Operation): string {
  const name = short(question.name, nameCharactersMax);
  if (question.kind === 'read') return `read ${name}`;
  return `update ${name} to version ${question.version}`;
}

/** The answer in the fewest words, to stand on a bar. */
export function tellAnswer(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'updated':
      return String(outcome.updated);
    case 'seen':
      return outcome.version === 0 ? 'not there' : `version ${outcome.version}`;
    case 'failed':
      return 'refused';
    case 'unknown':
      return 'no answer';
    default:
      return unreachable(outcome);
  }
}

/** What else there is to say of an operation: what it wrote or saw, or why it has no answer. */
export function tellDetail({ question, outcome }: Operation): string {
  if (outcome.kind === 'failed' || outcome.kind === 'unknown') return outcome.why;
  const hash = outcome.kind === 'seen' ? outcome.hash : hashOf(question);
  return hash === '' ? 'no hash' : `hash ${short(hash, hashCharactersMax)}`;
}

function hashOf(question: Operation['question']): string {
  return question.kind === 'update' ? question.hash : '';
}

/** What an outcome is called in the styles and the script of the page. */
export type OutcomeWord = 'true' | 'false' | 'seen' | 'failed' | 'unknown';

export function outcomeWord(outcome: Outcome): OutcomeWord {
  if (outcome.kind === 'updated') return outcome.updated ? 'true' : 'false';
  return outcome.kind;
}
