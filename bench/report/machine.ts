/** On what a run was measured: figures mean nothing without it. */
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { roundText } from './figure-text.js';

export interface Machine {
  readonly processors: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly fileSystem: string;
  /** Processes that wanted a processor in the minute before the run. */
  readonly loadBefore: number;
}

const fileSystems: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x794c7630, 'overlayfs'],
  [0x2fc12fc1, 'zfs'],
  [0xf2f52010, 'f2fs'],
  [0x6969, 'nfs'],
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
]);

/** What a sync costs nothing on. */
const inMemory = new Set(['tmpfs', 'ramfs']);

export async function readMachine(dataFolder: string): Promise<Machine> {
  const processors = cpus();
  return {
    processors: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    memoryGiB: totalmem() / 2 ** 30,
    system: `${osName() ?? type()}, kernel ${release()}`,
    node: process.version,
    fileSystem: await fileSystemOf(dataFolder),
    loadBefore: loadavg()[0] ?? Number.NaN,
  };
}

/** The name of the file system of a folder; a number when it has none here. */
async function fileSystemOf(folder: string): Promise<string> {
  const magic = (await statfs(folder)).type;
  return fileSystems.get(magic) ?? `file system 0x${magic.toString(16)}`;
}

/** Whether a sync writes to a disk there, as far as can be known. */
export function isOnDisk({ fileSystem }: Machine): boolean {
  return !inMemory.has(fileSystem);
}

export function machineText(machine: Machine): string {
  const { processors, processor, memoryGiB, system, node, fileSystem, loadBefore } = machine;
  return (
    `${processors} processors (${processor}), ${memoryGiB.toFixed(0)} GiB, ${system}, ` +
    `Node.js ${node}, data on ${fileSystem}; load before the run ${roundText(loadBefore)}`
  );
}

function osName(): string | undefined {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1];
  } catch {
    return undefined;
  }
}
