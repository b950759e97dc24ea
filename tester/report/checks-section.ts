/**
 * The checks by group. What failed is unfolded with what was expected and seen; groups in which all
 * is well are folded, since nobody looks for anything in them.
 */
import { unreachable } from '../../src/base/assert.js';
import type { CheckResult } from '../suite/reporter.js';
import { bounded, markup, type Markup } from './markup.js';
import { countVerdicts } from './verdict.js';
import { tellDuration } from './words.js';

const wordsMax = 2_000;

export function checksSection(results: readonly CheckResult[]): Markup {
  const groups = [...new Set(results.map(({ check }) => check.group))];
  const boxes = ['failed', 'skipped', 'passed'].map(
    (kind) => markup`<label><input type="checkbox" name="kind" value="${kind}" checked>
${kind}</label>`,
  );
  return markup`<section class="card long" id="checks"><h2>Checks</h2>
<form class="controls" id="filter" data-script><input type="search" name="words"
aria-label="words that must be there" placeholder="words that must be there">${boxes}
<span class="muted" id="shown" aria-live="polite"></span></form>
${groups.map((group) =>
  groupDetails(
    group,
    results.filter(({ check }) => check.group === group),
  ),
)}</section>
`;
}

function groupDetails(group: string, results: readonly CheckResult[]): Markup {
  const counts = countVerdicts(results);
  const tags = (['failed', 'passed', 'skipped'] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => markup`<span class="tag ${kind}">${counts[kind]} ${kind}</span>`);
  const failed = results.filter(({ verdict }) => verdict.kind === 'failed');
  const others = results.filter(({ verdict }) => verdict.kind !== 'failed');
  const list = markup`<ul>${others.map(checkItem)}</ul>`;
  const isFolded = failed.length > 0 && others.length > 0;
  return markup`<details class="group" data-group="${group}"${open(failed.length > 0)}>
<summary>${group} ${tags}</summary>
<ul>${failed.map(checkItem)}</ul>
${isFolded ? markup`<details><summary>the other ${others.length}</summary>${list}</details>` : list}
</details>
`;
}

function open(isOpen: boolean): Markup | undefined {
  return isOpen ? markup` open` : undefined;
}

function checkItem({ check, verdict, durationMs }: CheckResult): Markup {
  return markup`<li class="check ${verdict.kind}" data-verdict="${verdict.kind}">
<b>${check.name}</b> <span class="time">${tellDuration(durationMs)}</span>${detail(verdict)}</li>
`;
}

function detail(verdict: CheckResult['verdict']): Markup | undefined {
  switch (verdict.kind) {
    case 'passed':
      return undefined;
    case 'skipped':
      return markup` <span class="muted">skipped: ${bounded(verdict.why, wordsMax)}</span>`;
    case 'failed': {
      const { expected, seen, where } = verdict.failure;
      const place =
        where === undefined ? undefined : markup`<dt>on</dt><dd>${bounded(where, wordsMax)}</dd>`;
      return markup`<dl class="words"><dt class="expected">expected</dt>
<dd>${bounded(expected, wordsMax)}</dd><dt class="seen">saw</dt>
<dd>${bounded(seen, wordsMax)}</dd>${place}</dl>`;
    }
    default:
      return unreachable(verdict);
  }
}
