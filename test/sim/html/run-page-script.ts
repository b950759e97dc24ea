/**
 * What the page of a run does, as the script that stands in it: lanes of servers over time on a
 * canvas, and the events of the window as a table that can be filtered.
 */
export const runPageScript = String.raw`
'use strict';
const byId = (id) => document.getElementById(id);
const colours = { leader: '#2e9e5b', follower: '#5b8bd0', candidate: '#e0a030', crashed: '#4a235a',
  paused: '#8a8a8a', starting: '#7fc8b8', down: '#0000' };
const servers = [...new Set(run.rows.map((r) => r[2]))].filter((w) => /^s\d/.test(w)).sort();
const endMs = run.rows.length ? run.rows[run.rows.length - 1][0] + 1 : 1;
const laneHeight = 64, top_ = 26, left = 44;
const view = { from: 0, to: endMs };
byId('about').textContent = run.about;
byId('result').textContent = run.result;
if (run.isFailure) byId('result').className = 'bad';

// Stretches of time in which role and term of a server stay the same.
const stretches = new Map(servers.map((s) => [s, []]));
const commits = new Map(servers.map((s) => [s, []]));
let highest = 1;
for (const [at, , who, what, v] of run.rows) {
  if (!v || !stretches.has(who)) continue;
  const list = stretches.get(who);
  const last = list[list.length - 1];
  if (!last || last.role !== v[0] || last.term !== v[1]) {
    if (last) last.to = at;
    list.push({ from: at, to: endMs, role: v[0], term: v[1] });
  }
  const steps = commits.get(who);
  const step = steps[steps.length - 1];
  if (!step || step[1] !== v[2] || step[2] !== v[3]) steps.push([at, v[2], v[3]]);
  highest = Math.max(highest, v[2]);
}
const marks = run.rows.filter((r) => r[1] === 'fault' || r[1] === 'life');

// A message is what was sent and, later, received with the same words between the same two.
const messages = [];
const underWay = new Map();
for (const [at, kind, who, what] of run.rows) {
  const other = /^[→←] (s\d+) ([\s\S]*)$/.exec(what);
  if (!other) continue;
  if (kind === 'send') {
    const key = who + other[1] + other[2];
    if (!underWay.has(key)) underWay.set(key, []);
    const message = { from: who, to: other[1], sent: at, heard: undefined, what: other[2] };
    underWay.get(key).push(message);
    messages.push(message);
  } else if (kind === 'receive') {
    const waiting = underWay.get(other[1] + who + other[2]);
    if (waiting && waiting.length) waiting.shift().heard = at;
  }
}

const canvas = byId('lanes');
const pen = canvas.getContext('2d');
const ink = () => getComputedStyle(document.body).color;
const laneWidth = () => canvas.clientWidth - left - 8;
const msPerPixel = () => (view.to - view.from) / laneWidth();
const x = (at) => left + (at - view.from) / msPerPixel();
const timeAt = (px) => view.from + (px - left) * msPerPixel();
const y = (who) => top_ + servers.indexOf(who) * laneHeight;

function draw() {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = top_ + servers.length * laneHeight + 8;
  canvas.width = width * ratio; canvas.height = height * ratio; canvas.style.height = height + 'px';
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = '11px system-ui, sans-serif'; pen.textBaseline = 'middle';
  drawAxis(width, height);
  pen.save(); pen.beginPath(); pen.rect(left, 0, width - left - 8, height); pen.clip();
  for (const who of servers) { drawStretches(who); drawCommits(who); }
  drawMarks(height);
  if (view.to - view.from <= 400) drawMessages();
  pen.restore();
  byId('window').textContent = view.from.toFixed(1) + ' – ' + view.to.toFixed(1) + ' ms';
}

function drawAxis(width, height) {
  const span = view.to - view.from;
  const raw = span / Math.max(2, width / 110), power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw);
  pen.strokeStyle = '#8883'; pen.fillStyle = ink();
  for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
    pen.beginPath(); pen.moveTo(x(at), 16); pen.lineTo(x(at), height); pen.stroke();
    pen.fillText(Number(at.toPrecision(8)) + ' ms', x(at) + 2, 9);
  }
  pen.font = 'bold 12px system-ui, sans-serif';
  for (const who of servers) pen.fillText(who, 10, y(who) + 22);
  pen.font = '11px system-ui, sans-serif';
}

function drawStretches(who) {
  let shownUntil = -1;
  for (const { from, to, role, term } of stretches.get(who)) {
    if (to < view.from || from > view.to) continue;
    const a = Math.max(x(from), left), b = Math.min(x(to), canvas.clientWidth);
    pen.fillStyle = colours[role]; pen.fillRect(a, y(who) + 12, Math.max(b - a, 0.8), 20);
    if (role === 'down' || role === 'starting' || b - a < 24 || a < shownUntil) continue;
    pen.fillStyle = '#fff'; pen.fillText('t' + term, a + 4, y(who) + 22.5);
    shownUntil = a + 22;
  }
}

// How far the server is: a line for the commit index, a fainter one for what is applied.
function drawCommits(who) {
  const base = y(who) + laneHeight - 6, scale = 22 / highest;
  for (const [place, style, thick] of [[2, '#d35400', 1], [1, '#8e44ad', 1.4]]) {
    pen.strokeStyle = style; pen.lineWidth = thick; pen.beginPath();
    let isBegun = false, last = 0;
    for (const step of commits.get(who)) {
      if (step[0] < view.from) { last = step[place]; continue; }
      if (!isBegun) { pen.moveTo(left, base - last * scale); isBegun = true; }
      if (step[0] > view.to) break;
      pen.lineTo(x(step[0]), base - last * scale);
      pen.lineTo(x(step[0]), base - step[place] * scale);
      last = step[place];
    }
    if (!isBegun) pen.moveTo(left, base - last * scale);
    pen.lineTo(canvas.clientWidth, base - last * scale);
    pen.stroke();
  }
  pen.lineWidth = 1;
}

function drawMarks(height) {
  const shown = new Map();
  for (const [at, kind, who, what] of marks) {
    if (at < view.from || at > view.to) continue;
    const px = x(at), isServer = servers.includes(who);
    const from = isServer ? y(who) + 4 : 16, to = isServer ? y(who) + 36 : height;
    pen.strokeStyle = kind === 'life' ? '#c0392b' : isServer ? '#e67e22' : '#e67e2266';
    pen.beginPath(); pen.moveTo(px, from); pen.lineTo(px, to); pen.stroke();
    if (!isServer || px < (shown.get(who) || 0)) continue;
    pen.fillStyle = '#c0392b';
    const words = what.length > 28 ? what.slice(0, 27) + '…' : what;
    pen.fillText(words, px + 3, y(who) + 5);
    shown.set(who, px + 8 + pen.measureText(words).width);
  }
}

function drawMessages() {
  for (const { from, to, sent, heard, what } of messages) {
    if (sent > view.to || (heard || sent) < view.from) continue;
    const down = y(to) > y(from);
    const startY = y(from) + (down ? 32 : 12), endY = y(to) + (down ? 12 : 32);
    const isLost = heard === undefined;
    const endX = isLost ? x(sent) + 10 : x(heard);
    const stopY = isLost ? startY + (endY - startY) * 0.35 : endY;
    pen.strokeStyle = isLost ? '#c0392b' : /Vote/.test(what) ? '#e0a030' : '#7f8c8dcc';
    pen.beginPath(); pen.moveTo(x(sent), startY); pen.lineTo(endX, stopY); pen.stroke();
    pen.fillStyle = pen.strokeStyle;
    if (isLost) pen.fillText('×', endX - 3, stopY);
    else { pen.beginPath(); pen.arc(endX, stopY, 2, 0, 7); pen.fill(); }
  }
}

const kinds = [...new Set(run.rows.map((r) => r[1]))].sort();
const rowsMax = 500;
const filter = byId('filter');
filter.innerHTML = '<input type="search" placeholder="words that must be there" name="words">' +
  [...servers, 'clients', 'others'].map((s) => box('who', s, true)).join('') + '<b>|</b>' +
  kinds.map((k) => box('kind', k, k !== 'disk')).join('');
function box(name, value, isOn) {
  return '<label><input type="checkbox" name="' + name + '" value="' + value + '"' +
    (isOn ? ' checked' : '') + '> ' + value + '</label>';
}
const ticked = (name) =>
  new Set([...filter.querySelectorAll('[name=' + name + ']:checked')].map((b) => b.value));
const groupOf = (who) => servers.includes(who) ? who : /^c\d/.test(who) ? 'clients' : 'others';

function list() {
  const who = ticked('who'), kind = ticked('kind');
  const words = filter.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  let more = 0;
  for (const row of run.rows) {
    if (row[0] < view.from || row[0] > view.to) continue;
    if (!kind.has(row[1]) || !who.has(groupOf(row[2]))) continue;
    const text = (row[2] + ' ' + row[3]).toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    if (found.length < rowsMax) found.push(row); else more += 1;
  }
  byId('events').replaceChildren(...found.map(rowElement));
  byId('more').textContent = found.length + ' events' +
    (more ? ' of ' + (found.length + more) + ' in this window: zoom in, or filter' : '');
}

function rowElement([at, kind, who, what, v]) {
  const tr = document.createElement('tr');
  tr.className = kind;
  const state = !v ? '' : v[0] === 'down' || v[0] === 'starting' ? v[0]
    : v[0] + ' t' + v[1] + ' c' + v[2] + '/a' + v[3] + ' log ' + v[4] + '–' + v[5];
  for (const text of [at.toFixed(2), who, state, what]) {
    const td = document.createElement('td');
    td.textContent = text;
    tr.append(td);
  }
  return tr;
}

let pending = 0;
function show(from, to) {
  const span = Math.min(Math.max(to - from, 2), endMs);
  view.from = Math.min(Math.max(0, from), endMs - span);
  view.to = view.from + span;
  history.replaceState(null, '', '#' + view.from.toFixed(1) + '-' + view.to.toFixed(1));
  cancelAnimationFrame(pending);
  pending = requestAnimationFrame(() => { draw(); list(); });
}
canvas.addEventListener('wheel', (event) => {
  event.preventDefault();
  const at = timeAt(event.offsetX), factor = event.deltaY > 0 ? 1.25 : 0.8;
  show(at - (at - view.from) * factor, at + (view.to - at) * factor);
}, { passive: false });
let drag;
canvas.addEventListener('pointerdown', (event) => {
  drag = { x: event.offsetX, from: view.from, to: view.to, moved: false };
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener('pointermove', (event) => {
  if (!drag) return;
  const by = ((drag.x - event.offsetX) / (canvas.clientWidth - left - 8)) * (drag.to - drag.from);
  drag.moved = drag.moved || Math.abs(drag.x - event.offsetX) > 3;
  if (drag.moved) show(drag.from + by, drag.to + by);
});
canvas.addEventListener('pointerup', (event) => {
  if (drag && !drag.moved) { const at = timeAt(event.offsetX); show(at - 20, at + 180); }
  drag = undefined;
});
byId('all').addEventListener('click', () => show(0, endMs));
filter.addEventListener('input', list);
filter.addEventListener('submit', (event) => event.preventDefault());
window.addEventListener('resize', draw);
byId('legend').innerHTML = Object.entries(colours).filter(([role]) => role !== 'down')
  .map(([role, colour]) => '<span><i style="background:' + colour + '"></i>' + role + '</span>')
  .join('') + '<span><i style="background:#8e44ad"></i>commit index</span>' +
  '<span><i style="background:#d35400"></i>applied</span>' +
  '<span><i style="background:#c0392b"></i>kills, lost messages</span>' +
  '<span><i style="background:#e67e22"></i>faults</span>';
const asked = /^#([\d.]+)-([\d.]+)$/.exec(location.hash);
if (asked) show(Number(asked[1]), Number(asked[2])); else show(0, endMs);
`;
