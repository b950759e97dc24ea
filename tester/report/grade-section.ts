/** The points of a run, as a table of the page. */
import { gradeOf, type AreaGrade } from '../reporters/grade.js';
import type { CheckResult } from '../suite/reporter.js';
import { markup, type Markup } from './markup.js';

export function gradeSection(results: readonly CheckResult[]): Markup {
  const { areas, points, pointsMax, outOf100 } = gradeOf(results);
  const total = `${points.toFixed(1)} of ${pointsMax}`;
  const isScaled = outOf100 !== undefined && pointsMax !== 100;
  const scaled = isScaled ? `, which is ${outOf100.toFixed(1)} of 100` : '';
  return markup`<section class="card"><h2>Points</h2><div class="wide"><table>
<thead><tr><th>area</th><th class="number">points</th><th class="number">of</th>
<th class="hide-narrow"></th><th class="number">passed</th><th class="number">failed</th>
<th class="number hide-narrow">skipped</th></tr></thead>
<tbody>${areas.map(areaRow)}<tr class="total"><td>Total</td>
<td class="number">${points.toFixed(1)}</td><td class="number">${pointsMax}</td>
<td class="hide-narrow"></td><td></td><td></td><td class="hide-narrow"></td></tr></tbody>
</table></div>
<p class="muted">${outOf100 === undefined ? 'Nothing was judged' : `${total} points${scaled}`}.
An area of which everything was skipped is not judged and not in the total.</p></section>
`;
}

function areaRow({ title, points, pointsMax, passed, failed, skipped }: AreaGrade): Markup {
  const gained = points === undefined ? 'not judged' : points.toFixed(1);
  const bar =
    points === undefined
      ? undefined
      : markup`<meter min="0" max="${pointsMax}" value="${points}"></meter>`;
  return markup`<tr><td>${title}</td><td class="number">${gained}</td>
<td class="number">${pointsMax}</td><td class="hide-narrow">${bar}</td>
<td class="number">${passed}</td><td class="number">${failed}</td>
<td class="number hide-narrow">${skipped}</td></tr>
`;
}
