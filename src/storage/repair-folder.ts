/**
 * Makes a folder with damage in it one that a server can start from, to be refilled by the others
 * (docs/decisions/0008-standing.md). That it forgot something is durable before anything is put
 * aside. It may be broken off at any point and begun again.
 */
import { asTerm } from '../base/ids.js';
import type { Term } from '../base/ids.js';
import type { FolderIdentity } from '../base/folder-identity.js';
import type { HardState } from '../raft/effects.js';
import type { Disk } from './disk.js';
import type { Damage } from './damage.js';
import { damagedName, segmentName } from './file-names.js';
import { connects, highestTerm, isBegun } from './folder-findings.js';
import type { FolderFindings } from './folder-findings.js';
import { saveHardState } from './hard-state-file.js';
import { emptyLog, readLog, segmentSequences } from './read-log.js';
import type { LogReading } from './read-log.js';

export interface RepairParts {
  readonly disk: Disk;
  readonly identity: FolderIdentity;
  /** For a hard state that cannot be read. */
  readonly incarnation: string;
  readonly findings: FolderFindings;
  readonly damage: readonly Damage[];
}

export interface RepairedFolder {
  /** Durable. Its standing is `refilling`. */
  readonly hardState: HardState;
  /** What is sound of the log; it connects to the snapshot that was found. */
  readonly log: LogReading;
  /** For the next segment: right behind those that are kept, or behind all that there were. */
  readonly nextSequence: number;
  readonly notices: readonly string[];
}

export async function repairFolder(parts: RepairParts): Promise<RepairedFolder> {
  const { disk, identity, findings, damage } = parts;
  const sequences = segmentSequences(await disk.list());
  const log = await soundLog(parts, sequences);
  // What is kept may have been hidden behind the damage that was found first.
  const term = asTerm(Math.max(highestTerm(findings), highestTerm({ ...findings, log })));
  const hardState = forgetful(parts, term);
  // How much of the log will be left when this is broken off is not known: nothing is said of it.
  await saveHardState(disk, identity, hardState, 0);
  const lastKept = log.segments.at(-1)?.sequence ?? 0;
  const lost = sequences.filter((sequence) => sequence > lastKept).map(segmentName);
  const aside = [...lost.reverse(), ...findings.snapshot.damaged.map(({ name }) => name)];
  for (const name of aside) await disk.rename(name, damagedName(name));
  await disk.syncFolder();
  const reasons = damage.map(({ text }) => `${text}; this server is refilled by the others`);
  const moves = aside.map((name) => `put ${name} aside as ${damagedName(name)}`);
  const nextSequence = (lastKept === 0 ? Math.max(0, ...sequences) : lastKept) + 1;
  return { hardState, log, nextSequence, notices: [...reasons, ...moves] };
}

/** What is known of term and vote, for a server that no longer knows all of its log. */
function forgetful({ findings, incarnation }: RepairParts, term: Term): HardState {
  if (findings.hardState.kind !== 'found') {
    return { term, votedFor: undefined, standing: 'refilling', incarnation, known: new Map() };
  }
  const { hardState } = findings.hardState;
  const votedFor = hardState.term === term ? hardState.votedFor : undefined;
  return { ...hardState, term, votedFor, standing: 'refilling' };
}

/** The whole segments before the first that is damaged, if the snapshot reaches their beginning. */
async function soundLog(
  { disk, identity, findings }: RepairParts,
  sequences: readonly number[],
): Promise<LogReading> {
  let { log } = findings;
  for (let left = sequences; left.length > 0;) {
    const isSound = log.damage === undefined && isBegun(log);
    if (isSound && connects(log, findings.snapshot.position)) return log;
    const limit = log.damage?.sequence ?? log.front;
    left = left.filter((sequence) => sequence < limit);
    log = await readLog(disk, identity, left, true);
  }
  return emptyLog;
}
