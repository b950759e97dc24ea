/** The table of what moves folders: medians, what is missing, and verdicts. */
import { expect } from 'chai';
import {
  syncCells,
  syncHeader,
  type SyncFigure,
  type SyncRow,
} from '../../bench/sync/sync-rows.js';

const rows: readonly SyncRow[] = [
  { id: 'up', what: 'up', unit: 'MB/s' },
  { id: 'peak', what: 'peak', unit: 'MiB', atMost: 200 },
  { id: 'edit', what: 'edit', unit: 'bytes', atMost: 4096 },
];

function ours(row: string, ...values: readonly number[]): readonly SyncFigure[] {
  return values.map((value) => ({ row, mover: 'SurfRaft', value }));
}

describe('the table of transfers', () => {
  it('shows the median of the rounds of everybody, and a dash for who took no part', () => {
    const figures: readonly SyncFigure[] = [
      ...ours('up', 90, 10, 100),
      { row: 'up', mover: 'rclone', value: 300 },
    ];
    const [up = []] = syncCells({ rows, figures, leftOut: [] });
    expect(syncHeader).to.have.length(up.length);
    expect(up).to.deep.equal(['up', '90.0 MB/s', '–', '300 MB/s', '–', '–', '–']);
  });

  it('judges ours alone', () => {
    const met = [...ours('peak', 200), ...ours('edit', 4097)];
    const cells = syncCells({ rows, figures: met, leftOut: [] });
    expect(cells.map((row) => row.slice(-2))).to.deep.equal([
      ['–', '–'],
      ['≤ 200 MiB', 'met'],
      ['≤ 4,096 bytes', 'missed'],
    ]);
    const none = syncCells({ rows, figures: [], leftOut: [] });
    expect(none[1]?.slice(-2)).to.deep.equal(['≤ 200 MiB', 'not measured']);
  });
});
