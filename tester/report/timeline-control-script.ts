/**
 * How a person moves through the timeline: drag, wheel, pinch, keys and buttons; what is under the
 * pointer in words; the operations of the window as a table; jumps from the evidence.
 */
export const timelineControlScript = String.raw`
'use strict';
(() => {
if (!window.timeline) return;
const { run, view, lanes, frame, canvas, overview, evidence, endMs, spanMin, firstFrom } = timeline;
const { x, timeAt, scale, left, draw, readColours } = timeline;
const { ID, CLIENT, SERVER, BEGAN, ENDED, NAME, VERSION, OUTCOME, SEEN, DETAIL } = timeline.columns;
const byId = (id) => document.getElementById(id);
const listedMax = 200;

const told = (ms) => ms.toLocaleString('en', { maximumFractionDigits: 1 }) + ' ms';
function answerOf(row) {
  const detail = run.texts[row[DETAIL]];
  const hash = detail === '' ? 'no hash' : 'hash ' + detail;
  switch (run.outcomes[row[OUTCOME]]) {
    case 'true': return 'true';
    case 'false': return 'false';
    case 'seen': return row[SEEN] === 0 ? 'not there' : 'version ' + row[SEEN] + ', ' + hash;
    case 'failed': return 'refused: ' + detail;
    default: return 'no answer, it may have taken effect: ' + detail;
  }
}
function questionOf(row) {
  const name = run.texts[row[NAME]];
  return row[VERSION] > 0 ? 'update ' + name + ' to version ' + row[VERSION] : 'read ' + name;
}
const wordsOf = (row) => 'client ' + row[CLIENT] + ' at server ' + row[SERVER] + ': ' +
  questionOf(row) + '\n→ ' + answerOf(row) + '\n' + told(row[BEGAN]) + ' to ' + told(row[ENDED]) +
  (evidence.has(row[ID]) ? '\nPart of the evidence.' : '');

// What is drawn at a point, in words.
function wordsAt(px, py) {
  const lane = lanes.find(({ top, height }) => {
    const y = py + frame.scrollTop;
    return y >= top && y < top + height;
  });
  if (!lane || px < left()) return '';
  return lane.kind === 'server' ? serverWords(lane, timeAt(px)) : operationWords(lane, px);
}
function serverWords(lane, at) {
  const band = lane.bands.find(([, from, until]) => from <= at && at < until);
  const state = !band ? 'not seen' : run.roles[band[3]] + (band[4] < 0 ? '' : ', term ' + band[4]);
  const faults = lane.faults.filter(([, , from, until]) => from - 3 / scale() <= at &&
    at <= Math.max(until, from + 3 / scale()));
  return ['server ' + lane.id + ' (' + lane.address + '), ' + told(at), state, ...faults.map(
    ([kind, , from, until, words]) => kind + ': ' + words + ', ' + told(from) + ' to ' +
      told(until))].join('\n');
}
function operationWords(lane, px) {
  let best, bestGap = 6;
  for (let n = firstFrom(lane, timeAt(px - 8)); n < lane.rows.length; n += 1) {
    const row = lane.rows[n], a = x(row[BEGAN]), b = x(row[ENDED]);
    if (a > px + 8) break;
    const gap = px < a ? a - px : px > b ? px - b : evidence.has(row[ID]) ? -1 : 0;
    if (gap < bestGap) { best = row; bestGap = gap; }
  }
  return best ? wordsOf(best) : '';
}

let pending = 0;
function show(from, to) {
  const span = Math.min(Math.max(to - from, spanMin), endMs);
  view.from = Math.min(Math.max(0, from), endMs - span);
  view.to = view.from + span;
  redraw();
}
function redraw() {
  cancelAnimationFrame(pending);
  pending = requestAnimationFrame(() => { draw(); list(); });
}
function zoom(factor, at = (view.from + view.to) / 2) {
  show(at - (at - view.from) * factor, at + (view.to - at) * factor);
}
const pan = (share) => show(view.from + (view.to - view.from) * share,
  view.to + (view.to - view.from) * share);

frame.addEventListener('wheel', (event) => {
  if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
  event.preventDefault();
  const factor = event.deltaY > 0 ? 1.2 : 1 / 1.2;
  if (event.ctrlKey || event.metaKey) zoom(factor, timeAt(place(event).x));
  else pan(event.deltaX / 1000);
}, { passive: false });
function place(event) {
  const box = canvas.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

// One pointer drags, two zoom.
const pointers = new Map();
let drag;
canvas.addEventListener('pointerdown', (event) => {
  pointers.set(event.pointerId, event.clientX);
  canvas.setPointerCapture(event.pointerId);
  drag = { at: event.clientX, from: view.from, to: view.to, moved: false, apart: apart() };
});
const apart = () => {
  const [a, b] = [...pointers.values()];
  return b === undefined ? 0 : Math.max(Math.abs(a - b), 10);
};
canvas.addEventListener('pointermove', (event) => {
  if (pointers.has(event.pointerId)) pointers.set(event.pointerId, event.clientX);
  if (!drag) return hint(event);
  if (drag.apart > 0 && pointers.size > 1) {
    const factor = drag.apart / apart(), middle = (drag.from + drag.to) / 2;
    drag.moved = true;
    return show(middle - (middle - drag.from) * factor, middle + (drag.to - middle) * factor);
  }
  const by = (drag.at - event.clientX) / scale();
  drag.moved = drag.moved || Math.abs(drag.at - event.clientX) > 3;
  if (drag.moved) { byId('tip').hidden = true; show(drag.from + by, drag.to + by); }
});
function release(event) {
  pointers.delete(event.pointerId);
  if (drag && !drag.moved && event.type === 'pointerup') {
    const { x: px, y } = place(event);
    pick(wordsAt(px, y) || 'Nothing there.');
  }
  if (pointers.size === 0) drag = undefined;
}
canvas.addEventListener('pointerup', release);
canvas.addEventListener('pointercancel', release);
canvas.addEventListener('pointerleave', () => { byId('tip').hidden = true; });
function hint(event) {
  const at = place(event), words = wordsAt(at.x, at.y), tip = byId('tip');
  tip.hidden = words === '';
  if (words === '') return;
  tip.textContent = words;
  const isRight = event.clientX > window.innerWidth / 2;
  tip.style.left = isRight ? 'auto' : event.clientX + 14 + 'px';
  tip.style.right = isRight ? window.innerWidth - event.clientX + 14 + 'px' : 'auto';
  tip.style.top = Math.min(event.clientY + 14, window.innerHeight - 110) + 'px';
}
const pick = (words) => { byId('picked').textContent = words; };

function centre(event) {
  const box = overview.getBoundingClientRect(), half = (view.to - view.from) / 2;
  const at = ((event.clientX - box.left) / box.width) * endMs;
  show(at - half, at + half);
}
overview.addEventListener('pointerdown', (event) => {
  overview.setPointerCapture(event.pointerId); centre(event);
});
overview.addEventListener('pointermove', (event) => { if (event.buttons > 0) centre(event); });

const keys = { ArrowLeft: () => pan(-0.15), ArrowRight: () => pan(0.15), '+': () => zoom(0.7),
  '=': () => zoom(0.7), '-': () => zoom(1 / 0.7), Home: () => show(0, endMs) };
frame.addEventListener('keydown', (event) => {
  const act = keys[event.key];
  if (!act || event.ctrlKey || event.metaKey) return;
  event.preventDefault(); act();
});
for (const [id, key] of [['zoom-in', '+'], ['zoom-out', '-'], ['earlier', 'ArrowLeft'],
  ['later', 'ArrowRight'], ['whole', 'Home']]) byId(id).addEventListener('click', keys[key]);

const files = byId('file');
[...new Set(run.operations.map((row) => row[NAME]))].slice(0, 500).forEach((name) => {
  files.add(new Option(run.texts[name], String(name)));
});
files.addEventListener('change', () => { view.file = Number(files.value); redraw(); });

// The operations of the window as a table, for those who cannot point at bars.
const listing = byId('listing');
function list() {
  if (!listing.open) return;
  const rows = run.operations.filter((row) => row[BEGAN] <= view.to && row[ENDED] >= view.from &&
    (view.file < 0 || view.file === row[NAME]));
  byId('listed').replaceChildren(...rows.slice(0, listedMax).map((row) => {
    const line = document.createElement('tr');
    for (const text of [told(row[BEGAN]), told(row[ENDED]), 'client ' + row[CLIENT],
      'server ' + row[SERVER], questionOf(row), answerOf(row)]) {
      line.insertCell().textContent = text;
    }
    return line;
  }));
  byId('listed-count').textContent = rows.length > listedMax
    ? 'The first ' + listedMax + ' of ' + rows.length + ' in this window; zoom in for the others.'
    : rows.length + ' in this window.';
}
listing.addEventListener('toggle', list);

// From the evidence to its place in the run.
function jump({ from, to, words, file }) {
  const margin = Math.max((to - from) * 0.25, 5);
  // Operations on other files say nothing about the evidence: they step back.
  view.file = file;
  files.value = String(file);
  show(from - margin, to + margin);
  pick(words);
  byId('timeline').scrollIntoView({ block: 'start' });
  frame.focus({ preventScroll: true });
}
for (const button of document.querySelectorAll('button.jump')) {
  const { from, to, words, first } = button.dataset;
  const row = run.operations.find((one) => String(one[ID]) === first);
  const file = row ? row[NAME] : -1;
  button.addEventListener('click', () => jump({ from: +from, to: +to, words, file }));
}
for (const shape of document.querySelectorAll('[data-operation]')) {
  const row = run.operations.find((one) => one[ID] === Number(shape.dataset.operation));
  if (!row) continue;
  const go = () => {
    frame.scrollTop = lanes.find((lane) => lane.kind === 'client' && lane.id === row[CLIENT]).top -
      frame.clientHeight / 2;
    jump({ from: row[BEGAN], to: row[ENDED], words: wordsOf(row), file: row[NAME] });
  };
  shape.setAttribute('tabindex', '0');
  shape.setAttribute('role', 'button');
  shape.addEventListener('click', go);
  shape.addEventListener('keydown', (event) => { if (event.key === 'Enter') go(); });
}

frame.addEventListener('scroll', redraw);
window.addEventListener('resize', redraw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  readColours(); redraw();
});
readColours();
show(0, endMs);
})();
`;
