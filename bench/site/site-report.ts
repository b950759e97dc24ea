/** What a run of the site showed: a table of requests by what happened at the time, and words. */
import { quantile } from '../goals/statistics.js';
import { nothing, roundText, wholeText } from '../report/figure-text.js';
import type { SiteOutcome } from './site-trial.js';
import type { Visit, VisitKind } from './web-client.js';

/** So long after the kill its time is told apart. */
const afterKillMs = 5_000;

export const siteHeader: readonly string[] = [
  ...['what', 'when', 'requests', 'not done', 'p50 ms', 'p99 ms', 'longest ms'],
];

const kinds = [
  ['page', 'pages'],
  ['change', 'changes'],
] as const satisfies readonly (readonly [VisitKind, string])[];

/** A request that the kill fell into belongs to the time after it. */
export function siteRows({ visits, killedMs }: SiteOutcome): readonly (readonly string[])[] {
  const times: readonly (readonly [string, (visit: Visit) => boolean])[] = [
    ['before the kill', ({ endedMs }) => endedMs < killedMs],
    [
      `${afterKillMs / 1_000} s from the kill`,
      ({ beganMs, endedMs }) => endedMs >= killedMs && beganMs < killedMs + afterKillMs,
    ],
    ['later', ({ beganMs }) => beganMs >= killedMs + afterKillMs],
    ['all', () => true],
  ];
  return kinds.flatMap(([kind, what]) =>
    times.map(([when, isThen]) => {
      const own = visits.filter((visit) => visit.kind === kind && isThen(visit));
      return [what, when, ...figuresOf(own)];
    }),
  );
}

const p50 = 0.5;
const p99 = 0.99;

function figuresOf(visits: readonly Visit[]): readonly string[] {
  const ascending = visits.map(({ beganMs, endedMs }) => endedMs - beganMs).sort((a, b) => a - b);
  const times = [quantile(ascending, p50), quantile(ascending, p99), ascending.at(-1) ?? 0];
  return [
    wholeText(visits.length),
    failuresText(visits),
    ...times.map((ms) => (visits.length === 0 ? nothing : roundText(ms))),
  ];
}

/** "503: 3, 404: 1"; what got no answer at all is "none". */
function failuresText(visits: readonly Visit[]): string {
  const counts = new Map<number, number>();
  for (const { status } of visits) {
    if (status < 200 || status >= 400) counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  if (counts.size === 0) return '0';
  const texts = [...counts].map(([status, count]) => `${status === 0 ? 'none' : status}: ${count}`);
  return texts.sort().join(', ');
}

export function siteWords(outcome: SiteOutcome, people: number, seed: string): string {
  const { signUp, visits, killedMs, restartedMs, tally, heldUpMs, counts, problems } = outcome;
  const seconds = (ms: number): string => `${roundText(ms / 1_000)} s`;
  const confirmed = visits.filter(
    ({ kind, status, beganMs }) => kind === 'change' && status < 400 && beganMs >= killedMs,
  );
  const firstMs = Math.min(...confirmed.map(({ endedMs }) => endedMs)) - killedMs;
  const again = Number.isFinite(firstMs)
    ? `the first change after it was confirmed ${seconds(firstMs)} later`
    : 'no change was confirmed after it';
  return [
    `${people} people, seed ${seed}: signed up in ${roundText(signUp.seconds)} s ` +
      `(${signUp.busy} times told to come again later).`,
    `The leader was killed after ${seconds(killedMs)}, ${again}; it was started again ` +
      `after ${seconds(restartedMs)}.`,
    `Of changes answered 503 ${tally.resent} were sent again and ${tally.givenUp} given up; ` +
      `${tally.old} pages said that they may be old. The process that makes the load stood ` +
      `still for ${Math.round(heldUpMs)} ms at most.`,
    `In the end: ${wholeText(counts.posts)} posts, ${wholeText(counts.likes)} likes, ` +
      `${wholeText(counts.comments)} comments, ${counts.users} users.`,
    problems.count === 0
      ? 'All servers are equal, and hold what was confirmed once and nothing else.'
      : `${problems.count} PROBLEMS: ${problems.shown.join('; ')}`,
  ].join('\n');
}
