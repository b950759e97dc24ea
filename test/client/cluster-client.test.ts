/**
 * The client against servers that follow a script, over real sockets: every way in which an
 * operation can go on or end.
 */
import { expect } from 'chai';
import {
  Busy,
  Crashed,
  InvalidArgument,
  NotLeader,
  OutcomeUnknown,
  StorageRefused,
  UnexpectedAnswer,
  Unreachable,
} from '../../src/client/client-errors.js';
import { ClusterClient } from '../../src/client/cluster-client.js';
import type { ClusterClientOptions } from '../../src/client/cluster-client.js';
import { connectionsPerServerMax } from '../../src/client/rpc-connection.js';
import type { XmlValue } from '../../src/rpc/xml-value.js';
import { failureOf } from './failure-of.js';
import { cut, fault, hang, ScriptedServer, value } from './scripted-server.js';

/** Short times, so that the tests are fast; what they wait for is always a condition. */
const quick: ClusterClientOptions = { timeoutMs: 400, silenceMs: 40 };
const patient: ClusterClientOptions = { timeoutMs: 8_000, silenceMs: 40 };

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('ClusterClient', () => {
  let servers: ScriptedServer[];
  let clients: ClusterClient[];

  beforeEach(async () => {
    clients = [];
    servers = await Promise.all([0, 1, 2].map((id) => ScriptedServer.start(id)));
  });

  afterEach(async () => {
    for (const client of clients) client.close();
    await Promise.all(servers.map((server) => server.stop()));
  });

  function server(id: number): ScriptedServer {
    const found = servers[id];
    if (found === undefined) throw new Error(`there is no server ${id}`);
    return found;
  }

  function connect(options: ClusterClientOptions = patient): ClusterClient {
    const client = new ClusterClient(
      servers.map(({ endpoint }) => endpoint),
      options,
    );
    clients.push(client);
    return client;
  }

  function lead(id: number, reply = value(true)): void {
    server(id).isLeader = true;
    server(id).onCall = () => reply;
  }

  describe('finds the leader', () => {
    it('by the hint in fault 1, and stays with it', async () => {
      server(0).onCall = () =>
        fault(1, `not the leader: the leader is server 2 at ${server(2).address}`);
      lead(2);
      const client = connect();
      expect(await client.updateFile('a', 1, ['h'])).to.equal(true);
      expect(await client.updateFile('a', 2, ['h'])).to.equal(true);
      expect(server(0).received).to.have.length(1);
      expect(server(0).probes).to.equal(0);
    });

    it('by asking all, when there is no hint', async () => {
      lead(1);
      expect(await connect().updateFile('a', 1, [])).to.equal(true);
      expect(server(2).received).to.have.length(0);
    });

    it('when the first server is gone', async () => {
      lead(2);
      await server(0).stop();
      expect(await connect().updateFile('a', 1, [])).to.equal(true);
    });

    it('when the first server is silent', async () => {
      server(0).isLeader = undefined;
      server(0).onCall = () => hang;
      lead(2);
      expect(await connect().updateFile('a', 1, [])).to.equal(true);
    });

    it('when hints go in a circle until there is one', async () => {
      server(0).onCall = () => fault(1, `not the leader: ${server(1).address}`);
      server(1).onCall = () => fault(1, `not the leader: ${server(0).address}`);
      const update = connect().updateFile('a', 1, []);
      await until(() => server(0).received.length > 2);
      lead(1);
      expect(await update).to.equal(true);
    });

    it('when nobody leads for a while', async () => {
      const update = connect().updateFile('a', 1, []);
      await until(() => server(2).probes > 2);
      lead(2);
      expect(await update).to.equal(true);
    });

    it('when an old leader that cannot know better still says that it leads', async () => {
      lead(0, hang);
      lead(1);
      expect(await connect().updateFile('a', 1, [])).to.equal(true);
      expect(server(0).received).to.have.length(1);
    });

    it('and names it', async () => {
      const client = connect();
      expect(await failureOf(client.leader())).to.be.instanceOf(NotLeader);
      lead(1);
      expect(await client.leader()).to.equal(server(1).endpoint);
    });
  });

  describe('while the leader has no majority', () => {
    it('waits far beyond the time-out and then takes the answer', async () => {
      lead(0, hang);
      const update = connect({ timeoutMs: 60, silenceMs: 20 }).updateFile('a', 1, []);
      await until(() => server(0).probes > 8);
      expect(server(0).received).to.have.length(1);
      server(0).release(value(true));
      expect(await update).to.equal(true);
    });

    it('asks who leads for all calls that wait together', async () => {
      lead(0, hang);
      const client = connect({ timeoutMs: 8_000, silenceMs: 300 });
      const calls = Array.from({ length: 50 }, (_, i) => client.updateFile(`file ${i}`, 1, ['h']));
      await until(() => server(0).received.length >= calls.length && server(0).probes >= 2);
      lead(0);
      server(0).release(value(true));
      expect(await Promise.all(calls)).to.deep.equal(calls.map(() => true));
      expect(server(0).probes).to.be.below(calls.length / 2);
    });

    it('waits for an update without an id, too, when leadership moves', async () => {
      lead(0, hang);
      const client = connect();
      const update = client.updateFile('a', 1, [], { requestId: null });
      await until(() => server(0).probes > 2);
      server(0).isLeader = false;
      lead(1);
      const probes = server(0).probes;
      await until(() => server(0).probes > probes + 2);
      server(0).release(value(true));
      expect(await update).to.equal(true);
      expect(server(1).received).to.have.length(0);
    });

    it('repeats a read elsewhere when leadership moves', async () => {
      lead(0, hang);
      const read = connect().getFileInfo('a');
      await until(() => server(0).probes > 2);
      server(0).isLeader = false;
      lead(1, value([3, ['h']]));
      expect(await read).to.deep.equal({ version: 3, hashlist: ['h'] });
    });
  });

  describe('repeats only what is safe', () => {
    it('an update under its own id, the same in each attempt', async () => {
      lead(0, cut);
      server(0).onCall = () => (server(0).received.length < 3 ? cut : value(true));
      expect(await connect().updateFile('a', 1, ['h'])).to.equal(true);
      const ids = server(0).received.map(({ params }) => params[3]);
      expect(ids).to.have.length(3);
      expect(new Set(ids).size).to.equal(1);
      expect(ids[0]).to.be.a('string').with.length(36);
    });

    it('an update under the id that the caller gave', async () => {
      lead(0);
      await connect().updateFile('a', 1, ['h', 2], { requestId: 'mine' });
      expect(server(0).received[0]).to.deep.equal({
        method: 'updatefile',
        params: ['a', 1, ['h', 2], 'mine'],
      });
    });

    it('not an update without an id whose connection was cut', async () => {
      lead(0, cut);
      const client = connect();
      const error = await failureOf(client.updateFile('a', 1, [], { requestId: null }));
      expect(error).to.be.instanceOf(OutcomeUnknown).with.property('isWithoutEffect', false);
      expect(server(0).received).to.have.length(1);
      expect(server(0).received[0]?.params).to.have.length(3);
    });

    it('not an update without an id that was logged when the server crashed', async () => {
      for (const reply of [fault(2, 'isCrashed: outcome unknown'), fault(3, 'outcome unknown')]) {
        lead(0, reply);
        const client = connect();
        const error = await failureOf(client.updateFile('a', 1, [], { requestId: null }));
        expect(error).to.be.instanceOf(OutcomeUnknown);
      }
    });

    it('an update without an id that certainly had no effect', async () => {
      server(0).onCall = () => fault(2, 'isCrashed');
      lead(1);
      const client = connect();
      expect(await client.updateFile('a', 1, [], { requestId: null })).to.equal(true);
    });

    it('an update with an id after fault 3', async () => {
      server(0).onCall = () => fault(3, 'outcome unknown');
      lead(1);
      expect(await connect().updateFile('a', 1, [])).to.equal(true);
    });

    it('an update without an id of which the connection was refused', async () => {
      await server(0).stop();
      lead(1);
      const client = connect();
      expect(await client.updateFile('a', 1, [], { requestId: null })).to.equal(true);
    });
  });

  describe('fails, by the name of what to do next,', () => {
    it('as NotLeader when nobody leads within the time-out', async () => {
      const error = await failureOf(connect(quick).getFileInfoMap());
      expect(error).to.be.instanceOf(NotLeader).with.property('isWithoutEffect', true);
    });

    it('as NotLeader when the rest of a cluster has no leader', async () => {
      await server(0).stop();
      expect(await failureOf(connect(quick).getFileInfoMap())).to.be.instanceOf(NotLeader);
    });

    it('as Crashed when all are crashed', async () => {
      for (const each of servers) each.onCall = () => fault(2, 'isCrashed');
      expect(await failureOf(connect(quick).updateFile('a', 1, []))).to.be.instanceOf(Crashed);
    });

    it('as Busy when the queue stays full, and goes on when it does not', async () => {
      lead(0, fault(4, 'busy'));
      expect(await failureOf(connect(quick).updateFile('a', 1, []))).to.be.instanceOf(Busy);
      const update = connect().updateFile('a', 1, []);
      const before = server(0).received.length;
      await until(() => server(0).received.length > before + 1);
      lead(0);
      expect(await update).to.equal(true);
    });

    it('as Busy when the server has too many connections', async () => {
      lead(0, { kind: 'http', status: 503, body: '' });
      expect(await failureOf(connect(quick).updateFile('a', 1, []))).to.be.instanceOf(Busy);
    });

    it('as StorageRefused when the disk refuses and nobody takes over', async () => {
      server(0).onCall = () => fault(5, 'storage: no space');
      const error = await failureOf(connect(quick).updateFile('a', 1, []));
      expect(error).to.be.instanceOf(StorageRefused);
    });

    it('as Unreachable when nobody is there', async () => {
      await Promise.all(servers.map((each) => each.stop()));
      expect(await failureOf(connect(quick).getFileInfo('a'))).to.be.instanceOf(Unreachable);
    });

    it('as OutcomeUnknown, with the id, when an update is cut off time after time', async () => {
      lead(0, cut);
      const error = await failureOf(connect(quick).updateFile('a', 1, [], { requestId: 'mine' }));
      expect(error).to.be.instanceOf(OutcomeUnknown).with.property('requestId', 'mine');
    });

    it('as InvalidArgument at once', async () => {
      lead(0, fault(-32602, 'parameter 1: a file name has 1 to 4096 bytes'));
      const client = connect();
      expect(await failureOf(client.updateFile('', 1, []))).to.be.instanceOf(InvalidArgument);
      expect(server(0).received).to.have.length(1);
      expect(await failureOf(client.getFileInfo('\0'))).to.be.instanceOf(InvalidArgument);
      expect(server(0).received).to.have.length(1);
    });

    it('as UnexpectedAnswer when the server speaks another language', async () => {
      const client = connect();
      for (const reply of [
        { kind: 'http', status: 404, body: 'not found' },
        { kind: 'http', status: 200, body: 'hello' },
        fault(-32603, 'a bug'),
        value('neither true nor false'),
      ] as const) {
        lead(0, reply);
        const error = await failureOf(client.updateFile('a', 1, []));
        expect(error, JSON.stringify(reply)).to.be.instanceOf(UnexpectedAnswer);
      }
    });

    it('when the client is closed', async () => {
      lead(0, hang);
      const client = connect();
      const update = failureOf(client.updateFile('a', 1, [], { requestId: 'mine' }));
      const read = failureOf(client.getFileInfo('a'));
      await until(() => server(0).received.length === 2);
      client.close();
      expect(await update).to.be.instanceOf(OutcomeUnknown);
      expect(await read).to.be.instanceOf(Unreachable);
    });
  });

  describe('reads', () => {
    it('the whole map', async () => {
      const files = new Map<string, XmlValue>([
        ['a', [1, ['h', 7]]],
        ['__proto__', [2, ['0']]],
      ]);
      lead(0, value(files));
      const read = await connect().getFileInfoMap();
      expect([...read]).to.deep.equal([
        ['a', { version: 1, hashlist: ['h', 7] }],
        ['__proto__', { version: 2, hashlist: ['0'] }],
      ]);
    });

    it('all files, page by page', async () => {
      server(0).isLeader = true;
      server(0).onCall = ({ params: [afterName] }) => {
        const [name, more] = afterName === '' ? ['a', true] : ['b', false];
        const files: XmlValue = [[name, 1, []]];
        return value(new Map<string, XmlValue>([['files', files]]).set('more', more));
      };
      const names: string[] = [];
      for await (const { name } of connect().files()) names.push(name);
      expect(names).to.deep.equal(['a', 'b']);
      expect(server(0).received.map(({ params }) => params[0])).to.deep.equal(['', 'a']);
    });

    it('nothing into answers of another shape', async () => {
      const client = connect();
      const page = (files: XmlValue, more: XmlValue): XmlValue =>
        new Map([['files', files]]).set('more', more);
      for (const answer of [1, [], [1], ['1', []], [1, [true]], [1, 'h']]) {
        lead(0, value(answer));
        expect(await failureOf(client.getFileInfo('a'))).to.be.instanceOf(UnexpectedAnswer);
      }
      lead(0, value([]));
      expect(await failureOf(client.getFileInfoMap())).to.be.instanceOf(UnexpectedAnswer);
      for (const answer of [
        [],
        page(1, true),
        page([], 1),
        page([1], true),
        page([[1, 1, []]], true),
      ]) {
        lead(0, value(answer));
        expect(await failureOf(client.getFileInfoPage('', 1))).to.be.instanceOf(UnexpectedAnswer);
      }
      lead(0, value(page([], true)));
      expect(await failureOf(client.files().next())).to.be.instanceOf(UnexpectedAnswer);
    });

    it('through a limited number of connections, the rest in turn', async () => {
      server(0).onCall = () => hang;
      const client = connect();
      const calls = Array.from({ length: connectionsPerServerMax + 50 }, () =>
        client.call(server(0).endpoint, 'anything', []),
      );
      await until(() => server(0).received.length >= connectionsPerServerMax);
      expect((await client.call(server(1).endpoint, 'anything', [])).kind).to.equal('fault');
      expect(server(0).received).to.have.length(connectionsPerServerMax);
      server(0).onCall = () => value(1);
      server(0).release(value(1));
      for (const answer of await Promise.all(calls)) expect(answer.kind).to.equal('value');
    });

    it('by a raw call, whatever one server answers', async () => {
      server(1).onCall = () => fault(1, 'not the leader');
      const client = connect();
      expect(await client.call(server(1).endpoint, 'anything', [1])).to.deep.equal({
        kind: 'fault',
        fault: { code: 1, text: 'not the leader' },
      });
      server(1).onCall = () => hang;
      const signal = AbortSignal.timeout(20);
      const given = await client.call(server(1).endpoint, 'anything', [1], signal);
      expect(given).to.include({ kind: 'failed', mayHaveArrived: true });
    });
  });
});
