/**
 * The identity file of a data folder: a few lines for people, with a checksum for us. It is made
 * with the folder and never changes.
 */
import { asServerId } from '../base/ids.js';
import { crc32c } from '../base/crc32c.js';
import type { Disk } from '../storage/disk.js';
import type { FolderIdentity } from '../base/folder-identity.js';

export const identityName = 'identity';
export const identityAsideName = 'identity.new';

const pattern = new RegExp(
  [
    '^SurfRaft data folder, format 1',
    'cluster ([0-9a-f]{32})',
    'server (\\d{1,9})',
    'folder ([0-9a-f]{32})',
    'checksum [0-9a-f]{8}',
    '$',
  ].join('\n'),
);

/** Returns once the identity is durable. */
export async function saveIdentity(disk: Disk, identity: FolderIdentity): Promise<void> {
  const file = await disk.create(identityAsideName);
  try {
    await file.append([new TextEncoder().encode(identityText(identity))]);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(identityAsideName, identityName);
  await disk.syncFolder();
}

/** The identity in the folder; undefined when there is none, `damaged` when it cannot be read. */
export async function loadIdentity(disk: Disk): Promise<FolderIdentity | 'damaged' | undefined> {
  const bytes = await disk.read(identityName);
  if (bytes === undefined) return undefined;
  const text = new TextDecoder().decode(bytes);
  const [, clusterId, serverId, folderId] = pattern.exec(text) ?? [];
  if (clusterId === undefined || folderId === undefined) return 'damaged';
  const identity = { clusterId, serverId: asServerId(Number(serverId)), folderId };
  return identityText(identity) === text ? identity : 'damaged';
}

function identityText({ clusterId, serverId, folderId }: FolderIdentity): string {
  const lines = [
    'SurfRaft data folder, format 1',
    `cluster ${clusterId}`,
    `server ${serverId}`,
    `folder ${folderId}`,
    '',
  ].join('\n');
  const checksum = crc32c(new TextEncoder().encode(lines));
  return `${lines}checksum ${checksum.toString(16).padStart(8, '0')}\n`;
}
