/** Watching a cluster through servers of which each has another part of the log. */
import { expect } from 'chai';
import type { RpcAnswer, ServerEndpoint } from '../../src/client/rpc-connection.js';
import { watchChanges, type WatchEvent } from '../../src/client/watch-changes.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';

interface Log {
  readonly first: number;
  readonly applied: number;
}

/** A server of which only the log matters; undefined for one that does not answer. */
class LogServer {
  log: Log | undefined;
  asked = 0;

  constructor(log: Log | undefined) {
    this.log = log;
  }

  call(_method: string, params: readonly XmlValue[]): Promise<RpcAnswer> {
    this.asked += 1;
    const { log } = this;
    if (log === undefined) {
      return Promise.resolve({ kind: 'failed', reason: 'refused', mayHaveArrived: false });
    }
    const after = params[0] as number;
    const indexes: number[] = [];
    for (let index = Math.max(after + 1, log.first); index <= log.applied; index += 1) {
      indexes.push(index);
    }
    const value = new Map<string, XmlValue>([
      ['changes', indexes.map(change)],
      ['through', indexes.at(-1) ?? after],
      ['firstLogIndex', log.first],
      ['lastApplied', log.applied],
    ]);
    return Promise.resolve({ kind: 'value', value });
  }
}

function change(index: number): XmlValue {
  return new Map<string, XmlValue>([
    ['index', index],
    ['term', 1],
    ['time', 7],
    ['name', `f${index}`],
    ['version', 1],
    ['items', 2],
    ['deleted', false],
  ]);
}

describe('watching the changes of a cluster', () => {
  /** The first `count` events, as words. */
  async function watch(
    servers: readonly LogServer[],
    after: number,
    count: number,
    onEvent: (event: WatchEvent) => void = () => undefined,
  ): Promise<readonly string[]> {
    const connections = new Map<ServerEndpoint, LogServer>(
      servers.map((server, id) => [{ id, host: 'nowhere.invalid', port: 1 }, server]),
    );
    const stop = new AbortController();
    const options = { connections, after, pauseMs: 1, silenceMs: 1_000, signal: stop.signal };
    const words: string[] = [];
    for await (const event of watchChanges(options)) {
      onEvent(event);
      if (event.kind === 'change') words.push(event.change.name);
      else if (event.kind === 'missed') words.push(`missed ${event.from}–${event.through}`);
      else words.push(event.reason);
      if (words.length === count) stop.abort();
    }
    return words;
  }

  it('tells each change once, from whichever server has applied it', async () => {
    const servers = [
      new LogServer({ first: 1, applied: 2 }),
      new LogServer(undefined),
      new LogServer({ first: 1, applied: 4 }),
    ];
    expect(await watch(servers, 1, 3)).to.deep.equal(['f2', 'f3', 'f4']);
  });

  it('takes what one log has lost from another, and says when all have lost it', async () => {
    const cut = new LogServer({ first: 6, applied: 7 });
    const whole = new LogServer({ first: 1, applied: 7 });
    expect(await watch([cut, whole], 4, 3)).to.deep.equal(['f5', 'f6', 'f7']);
    const other = new LogServer({ first: 7, applied: 7 });
    expect(await watch([cut, other], 3, 3)).to.deep.equal(['missed 4–5', 'f6', 'f7']);
  });

  it('says once that nobody answers, and goes on when somebody does', async () => {
    const server = new LogServer(undefined);
    let rounds = 0;
    const words = await watch([server], 0, 2, (event) => {
      rounds += 1;
      if (event.kind !== 'silence') return;
      const asked = server.asked;
      const timer = setInterval(() => {
        if (server.asked < asked + 3) return;
        clearInterval(timer);
        server.log = { first: 1, applied: 1 };
      }, 1);
    });
    expect(words).to.deep.equal(['server 0 at nowhere.invalid:1: refused', 'f1']);
    expect(rounds).to.equal(2);
  });

  it('asks a server that failed less often while others answer', async () => {
    const dead = new LogServer(undefined);
    const live = new LogServer({ first: 1, applied: 0 });
    const words = watch([dead, live], 0, 1);
    const timer = setInterval(() => {
      if (live.asked < 10) return;
      clearInterval(timer);
      live.log = { first: 1, applied: 1 };
    }, 1);
    expect(await words).to.deep.equal(['f1']);
    expect(dead.asked).to.equal(1);
  });
});
