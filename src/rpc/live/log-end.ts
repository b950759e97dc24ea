/** The end of a log for people to look at: of each entry what it is, nothing of its contents. */
import type { Entry } from '../../raft/messages.js';
import type { FeedEntry, FeedLog } from '../../live/feed.js';
import type { CommandReader } from '../command-reader.js';
import type { ClusterReplica } from '../method-services.js';
import { readUpdate } from '../read-update.js';

/** As many as a page can show side by side. */
const entriesShown = 24;
const nameCharsMax = 60;

export interface LogSource {
  readonly replica: Pick<ClusterReplica, 'logTail' | 'status'>;
  readonly commands: CommandReader;
}

/** Reads each entry once, however often the log's end is asked for. */
export class LogEnd {
  readonly #source: LogSource;
  /** Those of the last reading, by index. */
  #shown = new Map<number, FeedEntry>();

  constructor(source: LogSource) {
    this.#source = source;
  }

  read(): FeedLog {
    const { replica, commands } = this.#source;
    const { firstLogIndex, lastLogIndex } = replica.status();
    const entries = replica.logTail(entriesShown).map((entry) => {
      const known = this.#shown.get(entry.index);
      return known?.term === entry.term ? known : showEntry(entry, commands);
    });
    this.#shown = new Map(entries.map((entry) => [entry.index, entry]));
    return { firstIndex: firstLogIndex, lastIndex: lastLogIndex, entries };
  }
}

function showEntry({ index, term, kind, payload }: Entry, commands: CommandReader): FeedEntry {
  if (kind === 'noop') return { index, term, kind };
  const view = commands.view(payload);
  if (!('read' in view)) {
    return { index, term, kind: view.type === 'forgetversions' ? 'forgetting' : 'site' };
  }
  const { name, version, deleted } = readUpdate(view);
  const letters = Array.from(name.slice(0, 2 * nameCharsMax));
  const cut = letters.length > nameCharsMax;
  return {
    ...{ index, term, kind: deleted ? 'deletion' : 'file' },
    name: cut ? `${letters.slice(0, nameCharsMax).join('')}…` : name,
    version: Number(version),
  };
}
