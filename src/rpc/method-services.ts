/**
 * What the handlers of methods may use: the replica and its map, and who is who in the cluster.
 * Nothing here can change the map but through the replica.
 */
import type { ServerId } from '../base/ids.js';
import type { FileCommand, UpdateResult } from '../files/file-command.js';
import type { ReplicaApi } from '../replica/replica-api.js';
import type { FileReader } from './file-reader.js';
import type { ServerAddress } from './server-address.js';

export type FileReplica = ReplicaApi<FileCommand, UpdateResult>;

export interface MethodServices {
  readonly serverId: ServerId;
  /** All servers of the configuration, this one too, in order of their ids from 0 on. */
  readonly servers: readonly ServerAddress[];
  readonly replica: FileReplica;
  readonly files: FileReader;
  /** The wall clock: ms since 1970. Updates are stamped by it. */
  readonly nowMs: () => number;
}
