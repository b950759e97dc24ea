/**
 * The timeline of a chaos run as the script that stands in the page: servers and clients as lanes
 * on a canvas of which only the visible part is drawn, so that tens of thousands of operations stay
 * quick to move through. It makes no markup: words of servers are only drawn or set as text.
 */
export const timelineScript = String.raw`
'use strict';
(() => {
const byId = (id) => document.getElementById(id);
const source = byId('timeline-data');
if (!source) return;
const run = JSON.parse(source.textContent);
const [ID, CLIENT, SERVER, BEGAN, ENDED, NAME, VERSION, OUTCOME, SEEN, DETAIL] = Array(10).keys();
const frame = byId('lanes-frame'), canvas = byId('lanes'), overview = byId('overview');
const pen = canvas.getContext('2d');
const evidence = new Set(JSON.parse(source.dataset.evidence));
const endMs = Math.max(run.durationMs, 1), spanMin = 2;
const view = { from: 0, to: endMs, file: -1 };
const headHeight = 26;

// Lanes: one for each server, then one for each client that did anything.
const clients = [...new Set(run.operations.map((row) => row[CLIENT]))].sort((a, b) => a - b);
const serverHeight = run.servers.length > 9 ? 34 : 50, clientHeight = clients.length > 32 ? 16 : 24;
let nextTop = headHeight + 4;
const lanes = [];
for (const [id, address] of run.servers) {
  lanes.push({ kind: 'server', id, address, top: nextTop, height: serverHeight,
    bands: run.bands.filter((band) => band[0] === id),
    faults: run.faults.filter((fault) => fault[1].includes(id)) });
  nextTop += serverHeight;
}
nextTop += 14;
const clientLanes = new Map();
for (const id of clients) {
  const lane = { kind: 'client', id, top: nextTop, height: clientHeight, rows: [], longest: 0 };
  clientLanes.set(id, lane); lanes.push(lane); nextTop += clientHeight;
}
for (const row of run.operations) {
  const lane = clientLanes.get(row[CLIENT]);
  lane.rows.push(row);
  lane.longest = Math.max(lane.longest, row[ENDED] - row[BEGAN]);
}
for (const lane of clientLanes.values()) lane.rows.sort((a, b) => a[BEGAN] - b[BEGAN]);
const totalHeight = nextTop + 8;
byId('lanes-space').style.height = totalHeight + 'px';

const colours = {};
function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ['ink', 'muted', 'line', 'card', 'soft', 'mark', 'fault', 'accent',
    ...run.roles, ...run.outcomes, ...run.roles.map((role) => 'on-' + role)]) {
    colours[name] = style.getPropertyValue('--' + name).trim();
  }
  for (const name of ['candidate', 'crashed', 'silent', 'unknown']) {
    colours['hatch-' + name] = hatch(colours[name], name);
  }
}
// Stripes tell apart what colour alone would not.
function hatch(colour, name) {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const ink = tile.getContext('2d');
  if (name !== 'unknown') { ink.fillStyle = colour; ink.fillRect(0, 0, 8, 8); }
  ink.strokeStyle = name === 'unknown' ? colour : name === 'crashed' ? '#ffffff55' : '#00000038';
  ink.lineWidth = 2;
  ink.beginPath();
  for (const at of [-8, 0, 8]) {
    if (name === 'crashed') { ink.moveTo(at, 0); ink.lineTo(at + 8, 8); }
    else { ink.moveTo(at, 8); ink.lineTo(at + 8, 0); }
  }
  ink.stroke();
  return pen.createPattern(tile, 'repeat');
}

// The browser is asked for its widths once a drawing: it takes its time to tell.
let width = 0, gutter = 0;
function measure() {
  width = canvas.clientWidth;
  gutter = width < 600 ? 34 : 92;
}
const left = () => gutter;
const laneWidth = () => Math.max(width - gutter - 10, 10);
const scale = () => laneWidth() / (view.to - view.from);
const x = (ms) => gutter + (ms - view.from) * scale();
const timeAt = (px) => view.from + (px - gutter) / scale();
const nameOf = (lane) => width < 600 ? (lane.kind === 'server' ? 'S' : 'C') + lane.id
  : lane.kind + ' ' + lane.id;
// Position of the first row that may still be under way at a moment.
function firstFrom(lane, ms) {
  let low = 0, high = lane.rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lane.rows[middle][BEGAN] < ms - lane.longest) low = middle + 1; else high = middle;
  }
  return low;
}

function sized(target, height) {
  const ratio = window.devicePixelRatio || 1;
  target.width = Math.round(target.clientWidth * ratio);
  target.height = Math.round(height * ratio);
  const ink = target.getContext('2d');
  ink.setTransform(ratio, 0, 0, ratio, 0, 0);
  ink.clearRect(0, 0, target.clientWidth, height);
  return ink;
}

function draw() {
  const height = Math.min(totalHeight, frame.clientHeight || totalHeight);
  canvas.style.height = height + 'px';
  measure();
  sized(canvas, height);
  pen.font = '12px system-ui, sans-serif'; pen.textBaseline = 'middle';
  drawGrid(height);
  pen.save();
  pen.beginPath(); pen.rect(0, headHeight, width, height); pen.clip();
  pen.translate(0, -frame.scrollTop);
  const shown = lanes.filter((lane) => lane.top < frame.scrollTop + height &&
    lane.top + lane.height > frame.scrollTop);
  pen.fillStyle = colours.ink;
  for (const lane of shown) {
    pen.fillText(nameOf(lane), 6, lane.top + lane.height / 2 + (lane.kind === 'server' ? 5 : 0));
  }
  pen.beginPath(); pen.rect(left(), 0, laneWidth(), totalHeight); pen.clip();
  for (const lane of shown) if (lane.kind === 'server') drawServer(lane); else drawClient(lane);
  pen.restore();
  drawOverview();
  byId('window').textContent = told(view.from) + ' – ' + told(view.to);
}
const told = (ms) => Math.round(ms).toLocaleString('en') + ' ms';

function drawGrid(height) {
  const raw = (view.to - view.from) / Math.max(2, width / 110);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw);
  pen.strokeStyle = colours.line; pen.fillStyle = colours.muted;
  for (let n = Math.ceil(view.from / step); n * step <= view.to; n += 1) {
    const at = n * step, words = step >= 1000 || view.to - view.from > 20000
      ? Number((at / 1000).toPrecision(8)) + ' s' : Number(at.toPrecision(9)) + ' ms';
    pen.beginPath(); pen.moveTo(x(at), headHeight - 4); pen.lineTo(x(at), height); pen.stroke();
    pen.fillText(words, x(at) + 3, 11);
  }
}

function drawServer(lane) {
  const top = lane.top + 16, height = lane.height - 22;
  let lastTerm, textUntil = -1;
  for (const [, from, until, code, term] of lane.bands) {
    const isNew = term !== lastTerm;
    lastTerm = term;
    if (until < view.from || from > view.to) continue;
    const role = run.roles[code];
    const a = Math.max(x(from), left()), b = Math.min(x(until), left() + laneWidth());
    pen.fillStyle = colours['hatch-' + role] || colours[role];
    pen.fillRect(a, top, Math.max(b - a, 1), height);
    const isWide = b - a > 110, isWordy = isWide || (b - a > 50 && term < 0);
    const words = (isWordy ? [role] : []).concat(term < 0 ? [] : [(isWide ? 'term ' : 't') + term])
      .join(' · ');
    const wordsWidth = pen.measureText(words).width;
    if ((isNew || isWordy) && words !== '' && b - a > wordsWidth + 8 && a >= textUntil) {
      if (colours['hatch-' + role]) {
        pen.fillStyle = colours[role]; pen.fillRect(a + 2, top + 2, wordsWidth + 6, height - 4);
      }
      pen.fillStyle = colours['on-' + role]; pen.fillText(words, a + 5, top + height / 2 + 1);
      textUntil = a + wordsWidth + 8;
    }
  }
  drawFaults(lane, lane.top);
}

// A bracket over the lane for as long as the fault lasts.
function drawFaults(lane, top) {
  let textUntil = -1;
  for (const [kind, , from, until] of lane.faults) {
    if (until < view.from || from > view.to) continue;
    const a = x(from), b = Math.max(x(until), a + 2);
    pen.strokeStyle = pen.fillStyle = colours.fault; pen.lineWidth = 2;
    pen.setLineDash(kind === 'partition' ? [4, 3] : []);
    pen.beginPath(); pen.moveTo(a, top + 15); pen.lineTo(a, top + 10); pen.lineTo(b, top + 10);
    pen.lineTo(b, top + 15); pen.stroke();
    pen.setLineDash([]); pen.lineWidth = 1;
    const words = kind === 'partition' ? 'cut off' : kind, start = Math.max(a, left());
    const wordsWidth = pen.measureText(words).width;
    if (start < textUntil || wordsWidth > Math.max(b - start, 50)) continue;
    pen.font = '11px system-ui, sans-serif';
    pen.fillText(words, start + 3, top + 4);
    pen.font = '12px system-ui, sans-serif';
    textUntil = start + wordsWidth + 8;
  }
}

function drawClient(lane) {
  const lastAt = [-1, -1, -1, -1, -1], marked = [];
  const top = lane.top + 2, height = lane.height - 5;
  for (let n = firstFrom(lane, view.from); n < lane.rows.length; n += 1) {
    const row = lane.rows[n];
    if (row[BEGAN] > view.to) break;
    if (row[ENDED] < view.from && run.outcomes[row[OUTCOME]] !== 'unknown') continue;
    if (evidence.has(row[ID])) { marked.push(row); continue; }
    const a = x(row[BEGAN]), b = Math.max(x(row[ENDED]), a + 1.5);
    // What would fall on the pixels of its own like is left out.
    if (b <= lastAt[row[OUTCOME]] + 0.7) continue;
    lastAt[row[OUTCOME]] = b;
    pen.globalAlpha = view.file < 0 || view.file === row[NAME] ? 1 : 0.13;
    drawOperation(row, { a, b, top, height });
  }
  pen.globalAlpha = 1;
  for (const row of marked) {
    const a = x(row[BEGAN]), b = Math.max(x(row[ENDED]), a + 3);
    drawOperation(row, { a, b, top, height });
    pen.strokeStyle = colours.mark; pen.lineWidth = 2.5;
    pen.strokeRect(a - 2.5, top - 1.5, b - a + 5, height + 3);
    pen.lineWidth = 1;
  }
}

function drawOperation(row, { a, b, top, height }) {
  const outcome = run.outcomes[row[OUTCOME]], middle = top + height / 2;
  pen.fillStyle = pen.strokeStyle = colours[outcome];
  let words = row[VERSION] > 0 ? 'v' + row[VERSION] : 'v' + row[SEEN], on = '#fff';
  if (outcome === 'true') pen.fillRect(a, top, b - a, height);
  else if (outcome === 'seen') pen.fillRect(a, top + height * 0.28, b - a, height * 0.72);
  else if (outcome === 'false') {
    if (b - a < 5) pen.fillRect(a, top, b - a, height * 0.45);
    else { pen.lineWidth = 2; pen.strokeRect(a + 1, top + 1, b - a - 2, height - 2); }
    on = colours.false;
  } else if (outcome === 'failed') {
    pen.fillRect(a, middle - 1, b - a, 2);
    if (b - a > 6) { pen.lineWidth = 1.5; cross(b - 3, middle); }
    words = '';
  } else {
    if (b - a < 5) pen.fillRect(a, top, b - a, height);
    else { pen.fillStyle = colours['hatch-unknown']; pen.fillRect(a, top, b - a, height); }
    pen.setLineDash([2, 3]); pen.beginPath(); pen.moveTo(b, middle);
    pen.lineTo(b + 16, middle); pen.stroke(); pen.setLineDash([]);
    words = '';
  }
  pen.lineWidth = 1;
  if (words === '' || b - a < 30 || height < 14) return;
  pen.fillStyle = on;
  pen.fillText(words, Math.max(a, left()) + 4, middle + (outcome === 'seen' ? 3 : 1));
}
function cross(at, y) {
  pen.beginPath(); pen.moveTo(at - 3, y - 3); pen.lineTo(at + 3, y + 3);
  pen.moveTo(at - 3, y + 3); pen.lineTo(at + 3, y - 3); pen.stroke();
}

// The whole run: how much went on, the faults, the evidence, and the window that is shown below.
const columns = new Uint16Array(400);
for (const row of run.operations) {
  columns[Math.min(399, Math.floor((row[BEGAN] / endMs) * 400))] += 1;
}
const busiest = Math.max(1, columns.reduce((most, count) => Math.max(most, count), 0));
const overX = (ms) => (ms / endMs) * overview.clientWidth;
function drawOverview() {
  const ink = sized(overview, 44), width = overview.clientWidth;
  ink.fillStyle = colours.follower;
  columns.forEach((count, n) => {
    const height = (count / busiest) * 30;
    ink.fillRect((n * width) / 400, 44 - height, width / 400 + 0.5, height);
  });
  ink.fillStyle = colours.fault;
  for (const [, , from, until] of run.faults) {
    ink.fillRect(overX(from), 4, Math.max(overX(until) - overX(from), 1.5), 4);
  }
  ink.fillStyle = colours.mark;
  for (const row of run.operations) {
    if (evidence.has(row[ID])) ink.fillRect(overX(row[BEGAN]) - 1, 10, 3, 34);
  }
  ink.strokeStyle = colours.accent; ink.lineWidth = 2;
  ink.strokeRect(overX(view.from) + 1, 1, Math.max(overX(view.to) - overX(view.from) - 2, 3), 42);
}

window.timeline = { run, view, lanes, frame, canvas, overview, evidence, endMs, spanMin, firstFrom,
  x, timeAt, scale, left, draw, readColours, overX,
  columns: { ID, CLIENT, SERVER, BEGAN, ENDED, NAME, VERSION, OUTCOME, SEEN, DETAIL } };
})();
`;
