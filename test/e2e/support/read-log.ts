/**
 * A server's log and map as it tells them, in the types that checkers take.
 */
import { asLogIndex, asTerm } from '../../../src/base/ids.js';
import type { HashItem } from '../../../src/files/file-command.js';
import { encodeFileCommand } from '../../../src/files/file-command-codec.js';
import type { Entry } from '../../../src/raft/messages.js';
import type { XmlStruct, XmlValue } from '../../../src/rpc/xml-value.js';
import type { TestCluster } from './test-cluster.js';

export interface ServerMemory {
  /** The whole log; it must not be longer than what servers tell of it. */
  readonly log: readonly Entry[];
  /** The applied map: name to version and hash list. */
  readonly files: XmlValue;
}

export async function readMemory(cluster: TestCluster, id: number): Promise<ServerMemory> {
  const state = (await cluster.value(id, 'getinternalstate')) as XmlStruct;
  const log = state.get('log') as readonly XmlStruct[];
  if (log.length !== state.get('lastLogIndex')) throw new Error('the log is longer than is told');
  return { log: log.map(toEntry), files: state.get('metaMap') ?? null };
}

function toEntry(fields: XmlStruct): Entry {
  const command = fields.get('command') as XmlStruct;
  const place = {
    index: asLogIndex(fields.get('index') as number),
    term: asTerm(fields.get('term') as number),
  };
  if (command.get('type') === 'noop') return { ...place, kind: 'noop', payload: new Uint8Array() };
  const payload = encodeFileCommand({
    type: 'updatefile',
    name: command.get('name') as string,
    version: command.get('version') as number,
    hashlist: command.get('hashlist') as readonly HashItem[],
    requestId: command.get('requestId') as string | undefined,
    timeMs: 0,
  });
  return { ...place, kind: 'command', payload };
}
