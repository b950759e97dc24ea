/** Names that nobody draws twice: of folders and of incarnations. */
import { randomBytes } from 'node:crypto';
import { identityDigits } from '../base/folder-identity.js';

/** 32 random hexadecimal digits. */
export function randomDigits(): string {
  return randomBytes(identityDigits / 2).toString('hex');
}
