/**
 * The tester as a whole: what it writes and returns for a request, and that it leaves servers
 * restored whatever happens.
 */
import { expect } from 'chai';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FakeCluster } from './fake-cluster.js';
import { fastTiming, impatientTiming, judge, withFake } from './judging.js';
import { withSite } from './launch/launching.js';
import { runAsUser, type UserRun } from './run-as-user.js';

describe('a run of the tester', () => {
  it('ends with the summary and 0 when nothing failed', async () => {
    await withFake({ size: 3 }, async (cluster) => {
      const { exitCode, stdout, stderr } = await runAsUser([
        cluster.addressOf(1),
        '--only',
        'api:',
      ]);
      expect(stdout).to.match(/\n12 passed, 0 failed\n$/);
      expect([exitCode, stderr]).to.deep.equal([0, '']);
    });
  });

  it('ends with 1 when a check failed', async () => {
    await withFake({ size: 1, bugs: ['accepts-any-version'] }, async (cluster) => {
      const { exitCode, stdout } = await runAsUser([cluster.addressOf(0), '--only', 'too high']);
      expect(stdout).to.match(/\n0 passed, 1 failed\n$/);
      expect(exitCode).to.equal(1);
    });
  });

  it('ends with 2 and one line when nobody listens', async () => {
    const { exitCode, stdout, stderr } = await runAsUser(['127.0.0.1:1']);
    expect(stderr).to.equal('cannot reach a server at 127.0.0.1:1: connection refused\n');
    expect([exitCode, stdout]).to.deep.equal([2, '']);
  });

  it('ends with 2 when no check has the wanted name', async () => {
    const { exitCode, stderr } = await runAsUser(['127.0.0.1:1', '--only', 'no such']);
    expect([exitCode, stderr]).to.deep.equal([2, 'no check contains "no such"\n']);
  });

  it('lists checks by group and name', async () => {
    const { exitCode, stdout } = await runAsUser(['--list', '--only', 'RACING UPDATES']);
    expect(exitCode).to.equal(0);
    expect(stdout.split('\n')).to.have.length(3);
    expect(stdout).to.match(/^versions: of racing updates/);
  });

  it('keeps the JUnit document whole by writing the summary beside it', async () => {
    await withFake({ size: 1 }, async (cluster) => {
      const only = ['--only', 'ping answers true on every'];
      const result = await runAsUser([cluster.addressOf(0), '--reporter', 'junit', ...only]);
      expect(result.stdout).to.match(/<\/testsuite>\n$/);
      expect(result.stderr).to.equal('1 passed, 0 failed\n');
    });
  });
});

describe('the servers of a cluster', () => {
  const only = ['--only', 'exactly one server leads'];
  const judged = async (cluster: FakeCluster, argv: string[], files: string[]): Promise<string> => {
    const line = [cluster.addressOf(0), ...only, ...argv];
    return (await runAsUser(line, { defaultFiles: files })).stdout.split('\n')[0] ?? '';
  };
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tester-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const configOf = (cluster: FakeCluster, file: string): string => {
    const lines = cluster.model.replicas.map(({ id }) => `metadata${id}: ${cluster.addressOf(id)}`);
    const path = join(folder, file);
    writeFileSync(path, ['M: 3', ...lines].join('\n'));
    return path;
  };

  it('are those that a server tells', async () => {
    await withFake({ size: 3 }, async (cluster) => {
      expect(await judged(cluster, [], [])).to.equal('Judging a cluster of 3 servers.');
    });
  });

  it('come from the named file when the server tells none', async () => {
    await withFake({ size: 3, without: ['getinternalstate'] }, async (cluster) => {
      const argv = ['--config', configOf(cluster, 'named.txt')];
      expect(await judged(cluster, argv, [])).to.equal('Judging a cluster of 3 servers.');
    });
  });

  it('come from a default file only when the address is in it', async () => {
    await withFake({ size: 3, without: ['getinternalstate'] }, async (cluster) => {
      const strange = join(folder, 'strange.txt');
      writeFileSync(strange, 'M: 1\nmetadata0: elsewhere:9001\n');
      expect(await judged(cluster, [], [strange])).to.equal('Judging a cluster of 1 server.');
      const files = [strange, join(folder, 'missing.txt'), configOf(cluster, 'mine.txt')];
      expect(await judged(cluster, [], files)).to.equal('Judging a cluster of 3 servers.');
    });
  });

  it('are unknown when the named file is missing or says nothing: exit 2', async () => {
    await withFake({ size: 1 }, async (cluster) => {
      const missing = join(folder, 'missing.txt');
      const first = await runAsUser([cluster.addressOf(0), '--config', missing]);
      expect(first).to.deep.include({ exitCode: 2, stdout: '' });
      expect(first.stderr).to.equal(`${missing}: cannot be read (ENOENT)\n`);
      const empty = join(folder, 'empty.txt');
      writeFileSync(empty, 'M: 0\n');
      const second = await runAsUser([cluster.addressOf(0), '--config', empty]);
      expect(second.exitCode).to.equal(2);
      expect(second.stderr).to.contain('no line of the form');
    });
  });
});

describe('a single call', () => {
  const cases: readonly (readonly [argv: string[], expected: UserRun])[] = [
    [['ping'], { exitCode: 0, stdout: 'true\n', stderr: '' }],
    [['isleader'], { exitCode: 0, stdout: 'true\n', stderr: '' }],
    [['iscrashed'], { exitCode: 0, stdout: 'false\n', stderr: '' }],
    [['updatefile', 'b c', '1', 'x', '2'], { exitCode: 0, stdout: 'true\n', stderr: '' }],
    [['updatefile', 'b c', '7', 'x'], { exitCode: 1, stdout: 'false\n', stderr: '' }],
    [['getversion', 'b c'], { exitCode: 0, stdout: '1\n', stderr: '' }],
    [['getfileinfomap'], { exitCode: 0, stdout: '"b c" 1 x 2\n', stderr: '' }],
    [['getfileinfomap', '--json'], { exitCode: 0, stdout: '{"b c":[1,["x","2"]]}\n', stderr: '' }],
    [['crash'], { exitCode: 0, stdout: 'true\n', stderr: '' }],
    [['iscrashed'], { exitCode: 0, stdout: 'true\n', stderr: '' }],
    [['restore'], { exitCode: 0, stdout: 'true\n', stderr: '' }],
  ];

  it('prints its answer, and exits with 1 on a false from updatefile', async () => {
    await withFake({ size: 1 }, async (cluster) => {
      for (const [argv, expected] of cases) {
        expect(await runAsUser([cluster.addressOf(0), ...argv]), argv.join(' ')).to.deep.equal(
          expected,
        );
      }
    });
  });

  it('reports a fault on stderr and exits with 1', async () => {
    await withFake({ size: 3 }, async (cluster) => {
      const address = cluster.addressOf(1);
      const { exitCode, stdout, stderr } = await runAsUser([address, 'getfileinfomap']);
      expect([exitCode, stdout]).to.deep.equal([1, '']);
      const hint = `the leader is server 0 at ${cluster.addressOf(0)}`;
      expect(stderr).to.equal(`${address}: fault 1 "not the leader; ${hint}"\n`);
    });
  });

  it('exits with 2 when nobody listens', async () => {
    const result = await runAsUser(['127.0.0.1:1', 'ping', '--json']);
    expect(result).to.deep.equal({
      exitCode: 2,
      stdout: '',
      stderr: '{"kind":"lost","detail":"connection refused"}\n',
    });
  });
});

describe('a tester that is interrupted', () => {
  it('waits no longer for the answer to a single call, and ends with 130', async () => {
    const server = await listen(undefined);
    const interruption = new AbortController();
    server.once('connection', () => interruption.abort());
    const { port } = server.address() as AddressInfo;
    const timing = { ...fastTiming, callMs: 60_000 };
    const world = { timing, interrupt: interruption.signal };
    expect((await runAsUser([`127.0.0.1:${port}`, 'ping'], world)).exitCode).to.equal(130);
    server.close();
  });

  it('ends with 130 and no blame when its servers were starting', async () => {
    await withSite(1, async ({ configFile, folder }) => {
      const interruption = new AbortController();
      const makeFolder = (): string => {
        interruption.abort();
        return folder;
      };
      const command = `"${process.execPath}" -e setInterval(Date,1000) {id}`;
      const argv = ['--start', configFile, '--server-command', command];
      const world = { interrupt: interruption.signal, makeFolder, removeFolder: () => undefined };
      expect(await runAsUser(argv, world)).to.deep.equal({ exitCode: 130, stdout: '', stderr: '' });
    });
  });
});

describe('a tester that can make no folder for data', () => {
  it('says so in one line and ends with 2', async () => {
    const makeFolder = (): string => {
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    };
    const { exitCode, stderr } = await runAsUser(['--start', 'some.txt'], { makeFolder });
    expect(stderr).to.match(/^no folder for the servers' data can be made \(ENOSPC\); .*TMPDIR/);
    expect(exitCode).to.equal(2);
  });
});

describe('a check that ends badly', () => {
  it('leaves all servers restored when it failed', async () => {
    const bugs = ['crash-does-not-freeze'] as const;
    await withFake({ size: 3, bugs }, async (cluster) => {
      const only = ['stands still'];
      const { summary } = await judge({ cluster, timing: fastTiming, only });
      expect(summary.failed).to.equal(1);
      expect(cluster.model.replicas.some((replica) => replica.crashed)).to.equal(false);
    });
  });

  it('leaves all servers restored when it was interrupted', async () => {
    await withFake({ size: 3 }, async (cluster) => {
      const interruption = new AbortController();
      const timing = { ...fastTiming, holdMs: 60_000 };
      const judging = judge({
        cluster,
        timing,
        only: ['blocking'],
        interrupt: interruption.signal,
      });
      await untilTrue(() => cluster.model.replicas.some((replica) => replica.crashed));
      interruption.abort();
      const { summary, results } = await judging;
      expect(summary).to.deep.include({ interrupted: true, unrestored: undefined, failed: 0 });
      expect(results).to.deep.equal([]);
      expect(cluster.model.replicas.some((replica) => replica.crashed)).to.equal(false);
    });
  });

  it('fails when it takes longer than any check may', async () => {
    await withFake({ size: 3 }, async (cluster) => {
      const timing = { ...fastTiming, holdMs: 60_000, checkMs: 50 };
      const { results, summary } = await judge({ cluster, timing, only: ['updates and reads'] });
      expect(summary).to.deep.include({ failed: 1, unrestored: undefined });
      const [result] = results;
      expect(result?.verdict).to.have.nested.property(
        'failure.message',
        'expected the check to end within 50 ms, saw that it went on',
      );
    });
  });

  it('fails when the cluster has no leader after all were restored', async () => {
    await withFake({ size: 3, bugs: ['never-elects-again'] }, async (cluster) => {
      const only = ['isleader is false on a crashed'];
      const { results } = await judge({ cluster, timing: impatientTiming, only });
      const [result] = results;
      expect(result?.verdict)
        .to.have.nested.property('failure.message')
        .that.match(
          /expected a healthy cluster when all servers are restored, saw expected exactly/,
        );
    });
  });
});

async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const emptyFault = '<methodResponse><fault></fault></methodResponse>';

describe('a stranger at HOST:PORT', () => {
  const strangers: readonly (readonly [name: string, reply: string | undefined, words: RegExp])[] =
    [
      ['that says nothing', undefined, /no answer within 250 ms/],
      ['that closes the connection', '', /the connection was closed without an answer/],
      ['that is no HTTP server', 'SSH-2.0-x\r\n', /bytes that are not HTTP/],
      ['that is a web site', httpAnswer(200, '<h1>Hi</h1>'), /no XML-RPC answer, but .*Hi/],
      ['that knows no POST', httpAnswer(405, 'no'), /HTTP status 405/],
      ['whose fault is empty', httpAnswer(200, emptyFault), /no XML-RPC answer/],
    ];
  for (const [name, reply, words] of strangers) {
    it(`${name} is reported as that, with exit code 2`, async () => {
      const server = await listen(reply);
      try {
        const { port } = server.address() as AddressInfo;
        const { exitCode, stderr } = await runAsUser([`127.0.0.1:${port}`], {
          timing: impatientTiming,
        });
        expect(exitCode).to.equal(2);
        expect(stderr).to.match(words);
        expect(stderr.trimEnd()).to.not.contain('\n');
      } finally {
        server.close();
      }
    });
  }
});

function httpAnswer(status: number, body: string): string {
  return `HTTP/1.1 ${status} X\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Answers each connection with `reply` and closes it; with undefined, never. */
function listen(reply: string | undefined): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      if (reply !== undefined) socket.end(reply);
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
