/**
 * What servers tell each other to find out whether they still hold the same state: the checksum of
 * the image at an index. It passes the core by, and nothing that is safe rests on it.
 */
import type { LogIndex, ServerId } from '../base/ids.js';

/** The sender's state through `index` has an image with this CRC-32C. */
export interface StateReport {
  readonly type: 'stateReport';
  readonly serverId: ServerId;
  readonly index: LogIndex;
  readonly checksum: number;
}

/** The report was taken; whether it agrees is for whoever compares to say. */
export interface StateReportReceived {
  readonly type: 'stateReport';
}
