/** Answers of servers in words for people. */
import { unreachable } from '../../src/base/assert.js';
import type { Answer } from './answer.js';

/** More than these are counted instead of told one by one. */
const toldMax = 8;

/** What was told to whom, by which server and when. */
export function tellAnswer(answer: Answer): string {
  const { version, operation } = answer;
  const { client, server, question, outcome, beganMs, endedMs } = operation;
  const { name } = question;
  const time = `from ${tellMs(beganMs)} to ${tellMs(endedMs)}`;
  const update = `the update of ${name} to version ${version} (${tellHash(answer)})`;
  switch (answer.kind) {
    case 'written':
      return `client ${client} was answered true by server ${server} for ${update}, ${time}`;
    case 'denied':
      return `client ${client} was answered false by server ${server} for ${update}, ${time}`;
    case 'failed': {
      const why = outcome.kind === 'failed' ? ` (${outcome.why})` : '';
      return `client ${client} was refused ${update} by server ${server}, ${time}${why}`;
    }
    case 'open':
      return (
        `client ${client} asked server ${server} for ${update} from ${tellMs(beganMs)} on and ` +
        'was never told the outcome'
      );
    case 'seen':
      return (
        `client ${client} read version ${version} of ${name} (${tellHash(answer)}) ` +
        `at server ${server}, ${time}`
      );
    default:
      return unreachable(answer.kind);
  }
}

/** One after the other, in the order given. */
export function tellAnswers(answers: readonly Answer[]): string {
  const told = answers.slice(0, toldMax).map(tellAnswer).join('; ');
  const more = answers.length - toldMax;
  return more > 0 ? `${told}; and ${more} more` : told;
}

/** `hash h1`, or `no hash`. */
export function tellHash({ hash }: { readonly hash: string }): string {
  return hash === '' ? 'no hash' : `hash ${hash}`;
}

/** Whole milliseconds, in groups of three digits: `1,204 ms`. */
export function tellMs(ms: number): string {
  return `${String(Math.round(ms)).replaceAll(/\B(?=(\d{3})+$)/g, ',')} ms`;
}
