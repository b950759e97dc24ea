/**
 * Servers that we did not write get a sensible verdict: what works passes, what they lack is
 * skipped with a word, and where they differ the report says how.
 */
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import xmlrpc from 'xmlrpc';
import { deviations, judgeStranger, reasonsToSkip } from './judge-stranger.js';
import { LoneServer } from './lone-server.js';

const groupsOf = (...groups: readonly string[]): readonly string[] =>
  groups.flatMap((group) => ['--only', `${group}: `]);

/** How Python's standard library differs from the contract, by the name of the check. */
const pythonDeviations: ReadonlyMap<string, RegExp> = new Map([
  ['the bare string "0" is kept as the tombstone ["0"]', /\[2,"0"\]/],
  [
    'methods are served with and without the prefix "surfstore."',
    /fault 1 .*\\"ping\\" is not supported/,
  ],
  [
    'methods are served in any letter case, underscores ignored',
    /fault 1 .*SURFSTORE.ISLEADER\\" is not supported/,
  ],
  ['calls are served at /RPC2 and at /', /HTTP status 404/],
  [
    'the fault of an unknown method is -32601 and names the closest known one',
    /fault 1 .*updatefil\\" is not supported/,
  ],
  ['a wrong number or type of arguments is refused and changes nothing', /^true$/],
  ['the fault of wrong arguments is -32602', /fault 1 .*TypeError/],
  ['a file name has 1 to 4,096 bytes, else fault -32602', /^true$/],
  ['a DOCTYPE: the answer is a fault, and the server lives', /^0$/],
  ['an integer out of range: the answer is a fault, and the server lives', /^0$/],
  [
    'the faults are -32700 for bad XML, -32600 for no call, -32602 for a bad value',
    /fault 1 .*ExpatError/,
  ],
  ['while they come in honest clients are served as ever', /^0$/],
  ['the fault of a crashed server is 2 and says "isCrashed"', /fault 1 .*isCrashed/],
]);

describe("a server on Python's standard library", () => {
  const servers: LoneServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

  const start = async (...without: readonly string[]): Promise<LoneServer> => {
    const server = await LoneServer.start(...without);
    servers.push(server);
    return server;
  };

  it('passes what it does, is told where it differs, and is spared what it lacks', async () => {
    const { address } = await start();
    const consensus = ['leader', 'replication', 'elections', 'failover', 'setleader', 'log'];
    const calls = ['api', 'versions', 'races', 'request ids', 'names', 'arguments', 'hostile'];
    const rest = ['crash', 'reads', 'blocking', 'pending', 'partition', 'votes', 'processes'];
    const told = await judgeStranger(address, ...groupsOf(...calls, ...consensus, ...rest));
    expect(told.exitCode).to.equal(1);
    const found = deviations(told);
    expect([...found.keys()]).to.have.members([...pythonDeviations.keys()]);
    for (const [name, words] of pythonDeviations) expect(found.get(name), name).to.match(words);
    expect(told.checks.filter(({ verdict }) => verdict === 'passed').length).to.be.above(30);
    expect(reasonsToSkip(told)).to.include.members([
      'getfileinfo is not served',
      'getinternalstate is not served',
      'system.multicall is not served',
      'the server tells no signatures',
      'updatefile takes no request id',
      'a single server has no followers',
      'the tester did not start the servers (--start)',
    ]);
  });

  it('is spared the crash switch when it has none', async () => {
    const { address } = await start('crash', 'restore', 'isCrashed');
    const told = await judgeStranger(address, ...groupsOf('crash', 'leader'));
    expect([...deviations(told).keys()]).to.deep.equal([]);
    expect(reasonsToSkip(told)).to.include('crash is not served');
  });

  it('is told soon that three of them, each for itself, are three leaders', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'strangers-'));
    try {
      const addresses = [];
      for (let id = 0; id < 3; id += 1) addresses.push((await start()).address);
      const file = join(folder, 'cluster.txt');
      const lines = addresses.map((address, id) => `metadata${id}: ${address}\n`);
      writeFileSync(file, `M: 3\n${lines.join('')}`);
      const [first = ''] = addresses;
      const groups = groupsOf('api', 'versions', 'leader', 'failover', 'blocking');
      const startedAt = performance.now();
      const told = await judgeStranger(first, '--config', file, ...groups);
      expect(performance.now() - startedAt).to.be.below(20_000);
      const seen = deviations(told).get('exactly one server leads, the others say false');
      expect(seen).to.match(/^server 0 \(.*\) and server 1 \(.*\) and server 2 \(.*\)$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a server on the npm package xmlrpc', () => {
  /** Version and hash list by name. */
  const files = new Map<string, [number, unknown]>();
  let address = '';
  let close: () => void = () => undefined;

  beforeEach(async () => {
    const server = xmlrpc.createServer({ host: '127.0.0.1', port: 0 });
    const answers: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
      ping: () => true,
      isLeader: () => true,
      isCrashed: () => false,
      getFileInfoMap: () => Object.fromEntries(files),
      tester_getVersion: ([name]) => files.get(String(name))?.[0] ?? 0,
      updateFile: ([name, version, hashes]) => {
        const next = (files.get(String(name))?.[0] ?? 0) + 1;
        if (version === next) files.set(String(name), [next, hashes]);
        return version === next;
      },
    };
    for (const [name, answer] of Object.entries(answers)) {
      server.on(name, (_error, params, reply) => {
        reply(null, answer(params as readonly unknown[]));
      });
    }
    const { httpServer } = server as unknown as { httpServer: HttpServer };
    await new Promise((resolve) => httpServer.once('listening', resolve));
    address = `127.0.0.1:${(httpServer.address() as AddressInfo).port}`;
    close = () => httpServer.close();
  });
  afterEach(() => close());

  it('is understood in its own spelling, its empty 404 for methods that it lacks', async () => {
    const told = await judgeStranger(address, ...groupsOf('api', 'versions', 'crash'));
    expect([...deviations(told).keys()]).to.deep.equal([
      'the bare string "0" is kept as the tombstone ["0"]',
    ]);
    expect(reasonsToSkip(told)).to.include.members([
      'getfileinfo is not served',
      'system.listMethods is not served',
      'crash is not served',
    ]);
  });

  it('has its unknown methods told as what they are', async () => {
    const told = await judgeStranger(address, '--only', 'an unknown method is answered');
    const [seen] = deviations(told).values();
    expect(seen).to.match(/^no XML-RPC answer, but HTTP status 404/);
  });
});
