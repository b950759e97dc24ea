/** The few pieces of SVG that the pictures are made of, readable on light and on dark paper. */

export interface Paper {
  /** What a screen reader says. */
  readonly title: string;
  readonly width: number;
  readonly height: number;
}

/** A whole picture. */
export function svgPicture({ title, width, height }: Paper, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" ` +
      'aria-labelledby="t" font-family="system-ui, sans-serif" font-size="14">',
    `  <title id="t">${escapeXml(title)}</title>`,
    ...style.map((line) => `  ${line}`),
    `  <rect class="paper" width="${width}" height="${height}" rx="8"/>`,
    ...body.map((line) => `  ${line}`),
    '</svg>',
    '',
  ].join('\n');
}

const style = [
  '<style>',
  '  .paper { fill: #ffffff; }',
  '  .text { fill: #24364f; }',
  '  .head { fill: #16233a; font-weight: 600; }',
  '  .small { fill: #4a5a70; font-size: 12px; }',
  '  .good { fill: #2f7d43; }',
  '  .bad { fill: #a33030; }',
  '  .axis { stroke: #9aa7b8; stroke-width: 1; fill: none; }',
  '  .aim { stroke: #16233a; stroke-width: 1.5; }',
  '  .mark { stroke: #16233a; stroke-width: 1.5; stroke-dasharray: 4 3; }',
  '  .line { stroke: #3b5b8c; stroke-width: 2; fill: none; }',
  '  .otherline { stroke: #a86a12; stroke-width: 2; fill: none; }',
  '  .ours { fill: #3b5b8c; font-weight: 600; }',
  '  .theirs { fill: #a86a12; font-weight: 600; }',
  '  .dot { fill: #3b5b8c; }',
  '  .otherdot { fill: #a86a12; }',
  '  @media (prefers-color-scheme: dark) {',
  '    .paper { fill: #0f1722; }',
  '    .text { fill: #d5deea; }',
  '    .head { fill: #f2f6fb; }',
  '    .small { fill: #a3b1c4; }',
  '    .good { fill: #58b872; }',
  '    .bad { fill: #e07070; }',
  '    .dot, .ours { fill: #7fa3dc; }',
  '    .mark, .aim { stroke: #f2f6fb; }',
  '    .line { stroke: #7fa3dc; }',
  '    .otherline { stroke: #e0a44c; }',
  '    .otherdot, .theirs { fill: #e0a44c; }',
  '  }',
  '</style>',
];

export type Anchor = 'start' | 'middle' | 'end';

export function svgText(
  content: string,
  at: { readonly x: number; readonly y: number },
  className: string,
  anchor: Anchor = 'start',
): string {
  const place = `x="${round(at.x)}" y="${round(at.y)}" text-anchor="${anchor}"`;
  return `<text class="${className}" ${place}>${escapeXml(content)}</text>`;
}

export function svgLine(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  className: string,
): string {
  const begin = `x1="${round(from.x)}" y1="${round(from.y)}"`;
  return `<line class="${className}" ${begin} x2="${round(to.x)}" y2="${round(to.y)}"/>`;
}

/** A line through points, with a dot on each. */
export function svgCurve(
  points: readonly { readonly x: number; readonly y: number }[],
  lineClass: string,
  dotClass: string,
): readonly string[] {
  const path = points.map(({ x, y }) => `${round(x)},${round(y)}`).join(' ');
  const dots = points.map(
    ({ x, y }) => `<circle class="${dotClass}" cx="${round(x)}" cy="${round(y)}" r="3"/>`,
  );
  return [`<polyline class="${lineClass}" points="${path}"/>`, ...dots];
}

/** Tenths are fine enough, and keep the file small. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
