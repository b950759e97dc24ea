/**
 * What the handlers of methods may use: the replica and its map, and who is who in the cluster.
 * Nothing here can change the map but through the replica.
 */
import type { ServerId } from '../base/ids.js';
import type { FileCommand, UpdateResult } from '../files/file-command.js';
import type { ReplicaApi } from '../replica/replica-api.js';
import type { SiteCommand, SiteResult } from '../site/site-command.js';
import type { ClusterMembers } from './cluster-members.js';
import type { CommandReader } from './command-reader.js';
import type { FileReader } from './file-reader.js';
import type { Neighbours } from './neighbours.js';
import type { SiteReader } from './site-reader.js';

/** The replica of files and site: what each command ends in, `submit-command.ts` knows. */
export type ClusterReplica = ReplicaApi<FileCommand | SiteCommand, UpdateResult | SiteResult>;

export interface MethodServices {
  readonly serverId: ServerId;
  readonly members: ClusterMembers;
  readonly replica: ClusterReplica;
  readonly files: FileReader;
  readonly site: SiteReader;
  readonly commands: CommandReader;
  /** Who is believed to be of this cluster where nothing can prove it. */
  readonly neighbours: Neighbours;
  /** Equal for servers whose configuration files describe one cluster; see config-digest.ts. */
  readonly configDigest: string;
  /** When the data folder was made, ms since 1970; undefined when nothing is kept on disk. */
  readonly dataSinceMs: number | undefined;
  /** The newest format of the log that this server tells the others, and the one in use. */
  readonly formats: () => { readonly newest: number; readonly inUse: number };
  /** Servers that answer, and could not read an entry that changes the members. */
  readonly findOlder: () => Promise<readonly ServerId[]>;
  /** The wall clock: ms since 1970. Commands are stamped by it. */
  readonly nowMs: () => number;
}
