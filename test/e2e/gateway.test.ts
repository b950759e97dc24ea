/**
 * The gateway's master with real workers: what it promises when they fail (contract, section 13),
 * and that the defects of its forerunners are not here.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must } from '../../src/base/assert.js';
import { get } from '../gateway/master/master-rig.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';
import { residentMemory } from '../soak/support/resident-memory.js';
import { projectRoot } from '../tidy/source-text.js';
import { eventually } from './support/eventually.js';
import { GatewayUnderTest, isAlive } from './support/gateway-under-test.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');
const waitMs = 30_000;
const bytes = randomBytes(300_000);

describe('the gateway', () => {
  let folder: string;
  let gateway: GatewayUnderTest;

  beforeEach(async () => {
    folder = await makeTemporaryFolder();
    gateway = await GatewayUnderTest.prepare(folder, 2);
    await writeFile(join(gateway.filesFolder, 'big file.bin'), bytes);
    await gateway.writeConfig({ healthInterval: 200, healthTimeout: 2_000 });
  });

  afterEach(async () => {
    await gateway.dispose();
    await removeTemporaryFolder(folder);
  });

  async function untilAllHealthy(): Promise<void> {
    await eventually('every worker to be healthy', waitMs, async () =>
      (await gateway.workers()).every(({ healthy }) => healthy) ? true : undefined,
    );
  }

  it('serves a folder, whether or not its path ends in a slash, and what comes later', async () => {
    await gateway.start();
    expect((await gateway.get('/big%20file.bin')).body.equals(bytes)).to.equal(true);
    await gateway.end('SIGTERM');
    await gateway.writeConfig({ baseDirectory: join(folder, 'files') });
    gateway.stdout = '';
    await gateway.start();
    expect((await gateway.get('/big%20file.bin')).body.equals(bytes)).to.equal(true);
    expect((await gateway.get('/later')).status).to.equal(404);
    await writeFile(join(gateway.filesFolder, 'later'), 'later');
    expect((await gateway.get('/later')).body.toString()).to.equal('later');
    await rm(join(gateway.filesFolder, 'later'));
    expect((await gateway.get('/later')).status).to.equal(404);
  });

  it('starts on a folder that has more than files in it', async () => {
    const inFolder = (name: string): string => join(gateway.filesFolder, name);
    await symlink('nowhere', inFolder('dangling'));
    await symlink('loop', inFolder('loop'));
    await symlink('..', inFolder('up'));
    await execa('mkfifo', [inFolder('pipe')]);
    await mkdir(inFolder('closed'), { mode: 0 });
    await writeFile(inFolder('healthcheck'), 'a file');
    await gateway.start();
    await untilAllHealthy();
    expect((await gateway.get('/big%20file.bin')).body.equals(bytes)).to.equal(true);
    for (const path of ['/dangling', '/loop', '/up/conf.json', '/pipe', '/closed/a']) {
      expect((await gateway.get(path)).status, path).to.equal(404);
    }
    expect((await gateway.workers()).map(({ restarts }) => restarts)).to.deep.equal([0, 0]);
  });

  it('holds no large file in memory, however slowly it is read', async () => {
    const mebibyte = 1024 * 1024;
    await writeFile(join(gateway.filesFolder, 'huge'), '');
    await truncate(join(gateway.filesFolder, 'huge'), 400 * mebibyte);
    await gateway.start();
    await untilAllHealthy();
    const pids = [gateway.pid, await gateway.pidOf(0), await gateway.pidOf(1)];
    const before = await Promise.all(pids.map(residentMemory));
    const sockets = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const socket = connect(gateway.port, '127.0.0.1').pause();
        await once(socket, 'connect');
        socket.write('GET /huge HTTP/1.1\r\nHost: x\r\n\r\n');
        await once(socket, 'readable');
        return socket;
      }),
    );
    // One is read to its end while the others wait.
    const [first] = sockets;
    let read = 0;
    first?.on('data', (piece: Buffer) => (read += piece.length)).resume();
    await eventually('the end of the file', waitMs, () =>
      read > 400 * mebibyte ? true : undefined,
    );
    const after = await Promise.all(pids.map(residentMemory));
    for (const [index, { peakBytes }] of after.entries()) {
      expect(peakBytes - (before[index]?.bytes ?? 0)).to.be.below(150 * mebibyte);
    }
    for (const socket of sockets) socket.destroy();
  });

  it('starts a killed worker again on its port, whatever traffic there is', async () => {
    await gateway.start('-d');
    await untilAllHealthy();
    const before = await gateway.pidOf(1);
    process.kill(before, 'SIGKILL');
    const after = await eventually('the worker to be back', waitMs, async () => {
      // One request and a look at the status between two checks: the original starved on it.
      expect((await gateway.get('/big%20file.bin')).status).to.equal(200);
      const worker = await gateway.worker(1);
      return worker.healthy && worker.pid !== before ? worker : undefined;
    });
    expect(after).to.include({ port: gateway.workerPorts[1], restarts: 1 });
    const pids = [...gateway.stderr.matchAll(/started, pid (\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids.at(-1)).to.equal(after.pid);
    // Whichever is noticed first: its end, or a question that it does not answer.
    expect(gateway.stderr).to.match(
      new RegExp(`\\(pid ${before}\\) (ended by SIGKILL|refuses connections|broke off)`),
    );
  });

  it('ends a worker that hangs and starts it again, while the others are watched', async () => {
    await gateway.writeConfig({ healthInterval: 200, healthTimeout: 500 });
    await gateway.start();
    await untilAllHealthy();
    const [hung, killed] = [await gateway.pidOf(0), await gateway.pidOf(1)];
    process.kill(hung, 'SIGSTOP');
    process.kill(killed, 'SIGKILL');
    await eventually('both workers to be back', waitMs, async () => {
      const workers = await gateway.workers();
      const isBack = workers.every(({ healthy, restarts }) => healthy && restarts > 0);
      return isBack ? true : undefined;
    });
    expect(isAlive(hung)).to.equal(false);
    expect(gateway.stderr).to.match(/did not answer a health check within 500 ms/);
  });

  it('answers 502 and an ill health check at once when every worker is gone', async () => {
    const [port] = gateway.workerPorts;
    await gateway.writeConfig({ workers: [{ host: '127.0.0.1', port, remote: true }] });
    await gateway.start();
    expect((await gateway.get('/healthcheck')).status).to.equal(503);
    expect((await gateway.get('/big%20file.bin')).status).to.equal(502);
    const worker = await gateway.worker(0);
    expect(worker).to.include({ healthy: false, pid: null, restarts: 0 });
  });

  it('tries for ever to start a worker whose port is taken, and says who has it', async () => {
    const owner = createServer((_request, response) => response.end()).listen(
      must(gateway.workerPorts[0], 'a port'),
      '127.0.0.1',
    );
    await once(owner, 'listening');
    await gateway.start();
    await eventually('the owner of the port', waitMs, () =>
      gateway.stderr.includes(`is taken; process ${process.pid} (`) ? true : undefined,
    );
    expect((await gateway.worker(0)).healthy).to.equal(false);
    // Whoever answers there is no worker of ours, however healthy it looks.
    for (let turn = 0; turn < 4; turn += 1) {
      expect((await gateway.get('/big%20file.bin')).body.equals(bytes)).to.equal(true);
    }
    owner.close();
    owner.closeAllConnections();
    // Its status and what it says reach this process on two ways.
    await eventually('the news that it is well', waitMs, () =>
      gateway.stderr.includes('answers again') ? true : undefined,
    );
    await untilAllHealthy();
    expect(gateway.stderr.match(/is taken/g)).to.have.length(1);
  });

  it('leaves a remote worker out until it answers, and never ends it', async () => {
    const [own, far] = gateway.workerPorts;
    const workers = [
      { host: '127.0.0.1', port: own },
      { host: '127.0.0.1', port: far, remote: true },
    ];
    await gateway.writeConfig({ workers, healthInterval: 100 });
    await gateway.start();
    expect((await gateway.worker(1)).healthy).to.equal(false);
    const requests: string[] = [];
    const remote = createServer((request, response) => {
      if (request.url !== '/healthcheck') requests.push(String(request.url));
      response.end('far');
    }).listen(far, '127.0.0.1');
    await untilAllHealthy();
    const bodies = await Promise.all([gateway.get('/nowhere'), gateway.get('/nowhere')]);
    expect(bodies.map(({ body }) => body.toString())).to.include('far');
    remote.close();
    remote.closeAllConnections();
    await eventually('the remote worker to be left out', waitMs, async () =>
      (await gateway.worker(1)).healthy ? undefined : true,
    );
    expect(requests).to.deep.equal(['/nowhere']);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends at ${signal}: exit code 0, all that runs finished, no worker left`, async () => {
      await writeFile(join(gateway.filesFolder, 'long.bin'), Buffer.alloc(30_000_000, 'x'));
      await gateway.start();
      const pids = [await gateway.pidOf(0), await gateway.pidOf(1)];
      const socket = connect(gateway.port, '127.0.0.1').pause();
      await once(socket, 'connect');
      socket.write('GET /long.bin HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(socket, 'readable');
      const ended = gateway.end(signal);
      await eventually('new connections to be refused', waitMs, () =>
        gateway.get('/healthcheck').then(
          () => undefined,
          () => true,
        ),
      );
      let receivedBytes = 0;
      socket.on('data', (chunk: Buffer) => (receivedBytes += chunk.length)).resume();
      await once(socket, 'close');
      expect(receivedBytes).to.be.above(30_000_000);
      expect(await ended).to.equal(0);
      expect(pids.filter(isAlive)).to.deep.equal([]);
    });
  }

  it('ends at once at the second signal, and its workers with it', async () => {
    await writeFile(join(gateway.filesFolder, 'long.bin'), Buffer.alloc(30_000_000, 'x'));
    await gateway.start();
    const pids = [await gateway.pidOf(0), await gateway.pidOf(1)];
    const socket = connect(gateway.port, '127.0.0.1').pause();
    socket.on('error', () => undefined);
    socket.write('GET /long.bin HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'readable');
    gateway.signal('SIGTERM');
    await eventually('the end', waitMs, () => {
      gateway.signal('SIGTERM');
      return gateway.exitCode ?? undefined;
    });
    expect(gateway.exitCode).to.equal(1);
    await eventually('the workers to end', waitMs, () => (pids.some(isAlive) ? undefined : true));
    socket.destroy();
  });

  it('takes its workers with it when it is killed', async () => {
    await gateway.start();
    const pids = [await gateway.pidOf(0), await gateway.pidOf(1)];
    await gateway.end('SIGKILL');
    await eventually('the workers to end', waitMs, () => (pids.some(isAlive) ? undefined : true));
  });

  it('serves no file of the name of one of its own pages', async () => {
    for (const name of ['healthcheck', 'status']) {
      await writeFile(join(gateway.filesFolder, name), 'a file');
    }
    await gateway.start();
    expect(await gateway.get('/healthcheck')).to.deep.include({ status: 200, isWhole: true });
    expect((await gateway.get('/%68ealthcheck')).body).to.have.length(0);
    expect((await gateway.get('/status')).body.toString()).to.contain('<h1>Gateway');
    expect((await gateway.get('/status?format=prometheus')).body.toString()).to.match(
      /^surfraft_gateway_worker_healthy\{worker="127\.0\.0\.1:\d+"\} 1$/m,
    );
    const worker = { port: must(gateway.workerPorts[0], 'a port'), path: '/healthcheck' };
    expect(await get(worker)).to.include({ status: 200 });
  });

  it('takes another configuration at SIGHUP without a lost request', async () => {
    await gateway.start();
    const other = join(folder, 'other');
    await mkdir(other);
    await writeFile(join(other, 'big file.bin'), bytes);
    const pids = [await gateway.pidOf(0), await gateway.pidOf(1)];
    let isOver = false;
    const statuses: number[] = [];
    const traffic = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const got = await gateway.get('/big%20file.bin?x');
        statuses.push(got.isWhole && got.body.equals(bytes) ? got.status : 0);
      }
    });
    await gateway.writeConfig({ baseDirectory: 'other', listing: true });
    gateway.signal('SIGHUP');
    await eventually('new workers', waitMs, async () => {
      const workers = await gateway.workers();
      const areNew = workers.every(({ pid, healthy }) => healthy && !pids.includes(pid ?? 0));
      return areNew ? true : undefined;
    });
    isOver = true;
    await Promise.all(traffic);
    expect(statuses.length).to.be.above(0);
    expect(statuses.filter((status) => status !== 200)).to.deep.equal([]);
    expect((await gateway.get('/')).body.toString()).to.contain('big file.bin');
  });

  it('keeps its configuration when the new one is wrong, and says so', async () => {
    await gateway.start();
    await writeFile(gateway.configPath, '{"workers": 1}');
    gateway.signal('SIGHUP');
    await eventually('the complaint', waitMs, () =>
      gateway.stderr.includes('the configuration stays as it was') ? true : undefined,
    );
    expect(gateway.stderr).to.contain('workers is 1; expected a list');
    expect((await gateway.get('/big%20file.bin')).status).to.equal(200);
  });

  describe('that cannot start', () => {
    const run = async () => {
      const { exitCode, stderr } = await execa(
        process.execPath,
        [program, 'gateway', gateway.configPath],
        { reject: false },
      );
      return { exitCode, stderr };
    };

    it('ends with 2 for a wrong configuration, before a port is opened', async () => {
      // Whoever tried to open this port would fail with 1.
      const owner = createServer().listen(gateway.port, '127.0.0.1');
      await once(owner, 'listening');
      for (const [text, message] of [
        ['{"workers": [}', 'conf.json:1:14: "}" is unexpected; expected a value'],
        ['{"masterPrt": 1}', 'masterPrt is unknown (masterPort?)'],
      ] as const) {
        await writeFile(gateway.configPath, text);
        const { exitCode, stderr } = await run();
        expect(exitCode).to.equal(2);
        expect(stderr).to.contain(message);
      }
      await gateway.writeConfig({ baseDirectory: 'nowhere' });
      expect(await run()).to.have.property('exitCode', 2);
      await gateway.writeConfig({ cluster: 'nowhere.txt' });
      expect(await run()).to.have.property('exitCode', 2);
      await rm(gateway.configPath);
      const { exitCode, stderr } = await run();
      expect([exitCode, stderr]).to.deep.equal([
        2,
        `${gateway.configPath}: cannot be read: there is no such file; expected the ` +
          'configuration of a gateway',
      ]);
      owner.close();
    });

    it('ends with 1 and one line when its port is taken, and starts no worker', async () => {
      const owner = createServer().listen(gateway.port, '127.0.0.1');
      await once(owner, 'listening');
      const { exitCode, stderr } = await run();
      expect([exitCode, stderr.split('\n').length]).to.deep.equal([1, 1]);
      expect(stderr).to.match(/^the gateway cannot start: 127\.0\.0\.1:\d+ is in use by another/);
      owner.close();
    });
  });
});
