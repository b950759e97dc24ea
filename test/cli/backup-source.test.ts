/**
 * The files that backups are: whole snapshot files of the state at one moment.
 */
import { expect } from 'chai';
import { asLogIndex, asServerId, asTerm } from '../../src/base/ids.js';
import { StateBackupSource } from '../../src/cli/backup-source.js';
import { FileMap } from '../../src/files/file-map.js';
import { backupPieceBytesMax, type BackupReader } from '../../src/rpc/backup-source.js';
import type { DiskReader } from '../../src/storage/disk.js';
import { SnapshotFileReader } from '../../src/storage/snapshot-file.js';

const name = 'backup';
const position = { index: asLogIndex(9), term: asTerm(4) };

function update(files: FileMap, file: string, version: number, hashlist: readonly string[]): void {
  const command = { type: 'updatefile', name: file, version, hashlist } as const;
  files.apply(files.encode({ ...command, requestId: undefined, timeMs: 0 }));
}

const folderId = 'f'.repeat(32);

function openBackup(files: FileMap): BackupReader {
  const identity = { clusterId: 'c'.repeat(32), serverId: asServerId(2), folderId };
  return new StateBackupSource(identity, () => files.snapshot()).open(position);
}

/** Everything that is left of a backup; `between` runs after each piece. */
function readAll(reader: BackupReader, between = (): void => undefined): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (let piece = reader.next(); piece !== undefined; piece = reader.next()) {
    expect(piece).to.have.property('length').that.is.within(1, backupPieceBytesMax);
    pieces.push(piece);
    between();
  }
  reader.close();
  return Buffer.concat(pieces);
}

/** A disk with nothing but the file `name`. */
function diskWith(bytes: Uint8Array): DiskReader {
  return {
    list: () => Promise.resolve([name]),
    read: () => Promise.resolve(bytes),
    readRange: (_name, offset, bytesMax) =>
      Promise.resolve(bytes.subarray(offset, offset + bytesMax)),
    size: () => Promise.resolve(bytes.length),
  };
}

async function restored(bytes: Uint8Array): Promise<FileMap> {
  const reader = await SnapshotFileReader.open(diskWith(bytes), name);
  if (reader === undefined) throw new Error('no such file');
  expect(reader.position).to.deep.equal(position);
  const files = new FileMap();
  const restore = files.restore();
  await reader.verify((image) => {
    restore.write(image);
  });
  restore.finish();
  return files;
}

describe('the file of a backup', () => {
  it('holds the state at the moment at which it was begun, whatever is updated since', async () => {
    const files = new FileMap();
    for (let file = 0; file < 3_000; file += 1) update(files, `f${file}`, 1, ['h'.repeat(400)]);
    const before = [...files.entries()];
    let version = 1;
    const bytes = readAll(openBackup(files), () => {
      update(files, 'f0', (version += 1), [`later ${version}`]);
      update(files, `new ${version}`, 1, []);
    });
    expect(version).to.be.above(4);
    expect([...(await restored(bytes)).entries()]).to.have.deep.members(before);
  });

  it('is whole, too, for a state without files', async () => {
    expect(await restored(readAll(openBackup(new FileMap())))).to.have.property('size', 0);
  });

  it('is found damaged when any part of it is missing', async () => {
    const files = new FileMap();
    update(files, 'f', 1, ['h']);
    const bytes = readAll(openBackup(files));
    for (let length = 0; length < bytes.length; length += 1) {
      const outcome = await restored(bytes.subarray(0, length)).then(
        () => 'restored',
        (error: unknown) => (error instanceof Error ? error.name : ''),
      );
      expect(outcome, `${length} bytes`).to.equal('StorageDamagedError');
    }
  });

  it('does not give away the folder from which the checksums of the server start', () => {
    const files = new FileMap();
    const [first, second] = [readAll(openBackup(files)), readAll(openBackup(files))];
    expect(Buffer.from(first).includes('c'.repeat(32))).to.equal(true);
    expect(Buffer.from(first).includes(folderId)).to.equal(false);
    expect(first).to.not.deep.equal(second);
  });
});
