/** Whose data a folder holds. It stands in every file there, so that none can be mixed up. */
import { assert } from './assert.js';
import type { ServerId } from './ids.js';

/** Hexadecimal digits of `clusterId` and `folderId`. */
export const identityDigits = 32;

export interface FolderIdentity {
  /** Names the cluster: 32 hexadecimal digits. */
  readonly clusterId: string;
  readonly serverId: ServerId;
  /**
   * 32 random hexadecimal digits, drawn when the folder was made. All checksums start from them,
   * so that no client can send text that would pass for a frame of this folder.
   */
  readonly folderId: string;
}

/** Writes the digits as ASCII, one byte each. */
export function putIdentityDigits(bytes: Uint8Array, at: number, digits: string): void {
  assert(/^[0-9a-f]{32}$/.test(digits), () => `32 hexadecimal digits, not ${digits}`);
  for (let digit = 0; digit < identityDigits; digit++) {
    bytes[at + digit] = digits.charCodeAt(digit);
  }
}
