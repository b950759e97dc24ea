/**
 * What broke, before everything else: for each violation the smallest part of the history that
 * shows it, drawn and in words. Violations with the same evidence are one story, told once.
 */
import type { ChaosRecord } from '../chaos/chaos-record.js';
import type { Verdict } from '../history/finding.js';
import type { Operation } from '../history/operation.js';
import { evidenceDiagram, rowsMax } from './evidence-diagram.js';
import { doubleTermOf, leadersDiagram, windowOf } from './leaders-diagram.js';
import { bounded, markup, type Markup } from './markup.js';
import { tellAnswer, tellDetail, tellMs, tellQuestion } from './words.js';

/** Findings quote servers at length; the tables below have the rest. */
const wordsMax = 3_000;
/** More operations than these are no evidence that a person can follow. */
const listedMax = 200;

type Violation = Extract<Verdict, { kind: 'violated' }>;

interface Story {
  /** Promises that the same operations break, the most specific first. */
  readonly promises: readonly string[];
  /** Of the first of them: it says most simply what was expected and seen. */
  readonly violation: Violation;
  /** In the order in which they began. */
  readonly evidence: readonly Operation[];
}

/** Empty when nothing is violated. */
export function violationsSection(record: ChaosRecord): readonly Markup[] {
  const stories = storiesOf(record);
  return stories.map((story, index) => storyCard(story, record, `e${index + 1}`));
}

/**
 * The one with the fewest operations is the easiest to follow, so it comes first. Findings go from
 * the promise that holds all others to those that are special cases of it.
 */
function storiesOf({ findings }: ChaosRecord): readonly Story[] {
  const stories: Story[] = [];
  for (const { promise, verdict } of findings) {
    if (verdict.kind !== 'violated') continue;
    const evidence = [...verdict.evidence].sort((a, b) => a.beganAt - b.beganAt);
    const twin = stories.findIndex((story) => isSame(story.evidence, evidence));
    const told = stories[twin];
    if (told === undefined) stories.push({ promises: [promise], violation: verdict, evidence });
    else stories[twin] = { promises: [promise, ...told.promises], violation: verdict, evidence };
  }
  const size = ({ evidence }: Story) => (evidence.length === 0 ? Infinity : evidence.length);
  return stories.sort((a, b) => (size(a) === size(b) ? 0 : size(a) - size(b)));
}

function isSame(one: readonly Operation[], other: readonly Operation[]): boolean {
  if (one.length === 0 || one.length !== other.length) return false;
  return one.every(({ id }, index) => id === other[index]?.id);
}

function storyCard(story: Story, record: ChaosRecord, key: string): Markup {
  const { promises, violation, evidence } = story;
  const [first, ...others] = promises;
  return markup`<section class="card violation" id="${key}">
<p class="kicker">Broken promise</p>
<h2>${sentence(first ?? '')}</h2>
${others.length === 0 ? undefined : also(others)}
${evidence.length === 0 ? leadersStory(story, record) : evidenceStory(story, key)}
<dl class="words large">
<dt class="expected">Expected</dt><dd>${bounded(violation.expected, wordsMax)}</dd>
<dt class="seen">Seen</dt><dd>${bounded(violation.seen.replaceAll('; ', ';\n'), wordsMax)}</dd>
</dl>
${evidence.length === 0 ? undefined : evidenceTable(evidence)}
</section>
`;
}

function sentence(promise: string): string {
  return `${promise.slice(0, 1).toUpperCase()}${promise.slice(1)}`;
}

function also(promises: readonly string[]): Markup {
  return markup`<p class="muted">The same operations break: ${promises.join('; ')}.</p>`;
}

function evidenceStory({ evidence, promises }: Story, key: string): Markup {
  const from = Math.min(...evidence.map(({ beganMs }) => beganMs));
  const until = Math.max(...evidence.map(({ endedMs }) => endedMs));
  const more = evidence.length - rowsMax;
  const rest = more > 0 ? `Of them the first ${rowsMax} are drawn. ` : '';
  return markup`<p>${accusation(evidence.length)} ${rest}Time runs to the right, not to scale;
a dotted arrow leads from an operation that had ended to one that began only then.</p>
<div class="wide">${evidenceDiagram(evidence, key)}</div>
${jumpButton([from, until], promises, evidence[0])}`;
}

function accusation(count: number): string {
  if (count === 1) return 'This answer cannot be right.';
  return `These ${count} answers cannot ${count === 2 ? 'both' : 'all'} be right.`;
}

/** No operation is at fault; what servers said of themselves may show it. */
function leadersStory({ promises }: Story, record: ChaosRecord): Markup | undefined {
  const isAboutLeaders = promises.some((promise) => /\blead.*\bterm/i.test(promise));
  const double = isAboutLeaders ? doubleTermOf(record) : undefined;
  if (double === undefined) return undefined;
  return markup`<p>What the servers said of themselves, over time:</p>
<div class="wide">${leadersDiagram(record, double)}</div>
${jumpButton(windowOf(double), promises, undefined)}`;
}

/** `first` names the file that the story is about, if it is about one. */
function jumpButton(
  [from, until]: readonly [fromMs: number, untilMs: number],
  promises: readonly string[],
  first: Operation | undefined,
): Markup {
  return markup`<p data-script><button class="jump" type="button" data-from="${from.toFixed(2)}"
data-to="${until.toFixed(2)}" data-first="${first?.id}"
data-words="Broken here: ${promises.join('; ')}">Show this in the timeline</button></p>`;
}

function evidenceTable(evidence: readonly Operation[]): Markup {
  const rows = evidence.slice(0, listedMax).map(
    (operation, index) => markup`<tr><td class="number">${index + 1}</td>
<td>client ${operation.client}</td><td>server ${operation.server}</td>
<td>${tellQuestion(operation)}</td><td>${tellAnswer(operation.outcome)}</td>
<td>${bounded(tellDetail(operation), wordsMax)}</td>
<td class="number">${tellMs(operation.beganMs)}</td><td class="number">${endOf(operation)}</td></tr>
`,
  );
  const more = evidence.length - listedMax;
  return markup`<details><summary>The evidence as a table</summary><div class="wide"><table>
<thead><tr><th class="number">no.</th><th>asked by</th><th>of</th><th>question</th><th>answer</th>
<th></th><th class="number">began</th><th class="number">ended</th></tr></thead>
<tbody>${rows}</tbody></table></div>
${more > 0 ? markup`<p class="muted">And ${more} more.</p>` : undefined}</details>`;
}

function endOf({ outcome, endedMs }: Operation): string {
  return outcome.kind === 'unknown' ? `given up at ${tellMs(endedMs)}` : tellMs(endedMs);
}
