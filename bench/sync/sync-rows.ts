/** What is measured of a sync, as data, and the table of it. */
import { median } from '../goals/statistics.js';
import { nothing, roundText, wholeText } from '../report/figure-text.js';

/** Who moves the data; `cp` is a copy on the same disk and `sha256sum` of it. */
export type Mover = 'SurfRaft' | 'cp + sha256sum' | 'rclone' | 'rsync';

const movers: readonly Mover[] = ['SurfRaft', 'cp + sha256sum', 'rclone', 'rsync'];

export type SyncUnit = 'MB/s' | 's' | 'MiB' | 'bytes';

export interface SyncRow {
  readonly id: string;
  readonly what: string;
  readonly unit: SyncUnit;
  /** Ours at most, for what is held to something. */
  readonly atMost?: number;
}

/** One figure of one round. */
export interface SyncFigure {
  readonly row: string;
  readonly mover: Mover;
  readonly value: number;
}

export interface SyncReport {
  readonly rows: readonly SyncRow[];
  readonly figures: readonly SyncFigure[];
  /** Who took no part, and why. */
  readonly leftOut: readonly string[];
}

export const syncHeader: readonly string[] = ['what', ...movers, 'goal', 'verdict'];

/** Medians over the rounds. */
export function syncCells({ rows, figures }: SyncReport): readonly (readonly string[])[] {
  return rows.map((row) => {
    const values = movers.map((mover) => medianOf(row.id, mover, figures));
    const texts = values.map((value) => (value === undefined ? nothing : text(value, row.unit)));
    return [row.what, ...texts, ...verdictOf(row, values[0])];
  });
}

function verdictOf({ atMost, unit }: SyncRow, ours: number | undefined): readonly string[] {
  if (atMost === undefined) return [nothing, nothing];
  const goal = `≤ ${text(atMost, unit)}`;
  if (ours === undefined) return [goal, 'not measured'];
  return [goal, ours <= atMost ? 'met' : 'missed'];
}

function medianOf(id: string, mover: Mover, figures: readonly SyncFigure[]): number | undefined {
  const values = figures.filter((figure) => figure.row === id && figure.mover === mover);
  return values.length === 0 ? undefined : median(values.map(({ value }) => value));
}

function text(value: number, unit: SyncUnit): string {
  return `${unit === 'bytes' ? wholeText(value) : roundText(value)} ${unit}`;
}
