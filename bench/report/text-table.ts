/** Tables in columns, plain for a terminal and as Markdown. */

/** Lines of equal columns; `paint` may colour a cell, which costs no width. */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  paint: (text: string, row: number, column: number) => string = (text) => text,
): string {
  const widths = widthsOf([header, ...rows]);
  const line = (cells: readonly string[], row: number): string =>
    cells
      .map((cell, column) => {
        const isLast = column === cells.length - 1;
        const padding = isLast ? '' : ' '.repeat((widths[column] ?? 0) - cell.length);
        return (row < 0 ? cell : paint(cell, row, column)) + padding;
      })
      .join('  ');
  return [line(header, -1), ...rows.map(line)].map((text) => `${text}\n`).join('');
}

/** As a formatter of Markdown leaves it. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const escaped = [header, ...rows].map((cells) => cells.map(escapeCell));
  const widths = widthsOf(escaped);
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`;
  const [first = [], ...others] = escaped;
  return line(first) + rule + others.map(line).join('');
}

function escapeCell(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** Of a column at least three, as a rule in Markdown needs. */
function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const columns = Math.max(...rows.map((cells) => cells.length));
  return Array.from({ length: columns }, (_, column) =>
    Math.max(3, ...rows.map((cells) => cells[column]?.length ?? 0)),
  );
}
