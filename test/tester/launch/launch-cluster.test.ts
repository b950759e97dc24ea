/**
 * Servers that the tester starts itself: real processes, killed, paused, started again, and gone
 * when it is.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../../../src/base/assert.js';
import { Cluster } from '../../../tester/cluster/cluster.js';
import { LaunchError } from '../../../tester/cluster/launch-error.js';
import type { Processes } from '../../../tester/cluster/processes.js';
import { surveyTarget } from '../../../tester/cluster/target.js';
import { launchCluster } from '../../../tester/launch/launch-cluster.js';
import { formatAddress } from '../../../tester/wire/address.js';
import { CallScope } from '../../../tester/wire/call-scope.js';
import { Server, type Seat } from '../../../tester/wire/server.js';
import { contractSpelling } from '../../../tester/wire/spelling.js';
import { waitFor } from '../../cli/wait-for.js';
import { fastTiming } from '../judging.js';
import { launch, withLaunched, withSite, type Site } from './launching.js';

const build = fileURLToPath(new URL('../../..', import.meta.url));

function serverAt(seat: Seat | undefined, callMs = 2_000): Server {
  const known = must(seat, 'the seat is there');
  return new Server(known, { spelling: contractSpelling, callMs, scope: new CallScope() });
}

async function kindOfPing(seat: Seat | undefined, callMs?: number): Promise<string> {
  return (await serverAt(seat, callMs).ping()).answer.kind;
}

/** A server of another make, as small as can be: `ping` is all it serves. */
const tinyServer = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const [, , config, id] = process.argv;
const port = new RegExp('metadata' + id + ': [^:]*:(\\\\d+)').exec(readFileSync(config, 'utf8'))[1];
const answer = '<methodResponse><params><param><value><boolean>1</boolean></value></param>' +
  '</params></methodResponse>';
console.log('tiny server ' + id + ' at ' + port);
createServer((request, response) => {
  if (request.url === '/end') process.exit(9);
  response.end(answer);
}).listen(Number(port), '127.0.0.1');
`;

async function tinyCommand(site: Site): Promise<string> {
  const program = join(site.folder, 'tiny.mjs');
  await writeFile(program, tinyServer);
  return `"${process.execPath}" ${program} {config} {id}`;
}

/** The cluster as checks see it. */
async function judged(seats: readonly Seat[], processes: Processes): Promise<Cluster> {
  const timing = { ...fastTiming, settleMs: 15_000 };
  const target = await surveyTarget(seats, timing, new CallScope());
  const notes = { leaderless: false, nameCount: 0 };
  return new Cluster({ ...target, processes }, new CallScope(), notes);
}

describe('a launched cluster of our servers', () => {
  it('elects, loses a killed leader, and has all again when it is healed', async () => {
    await withSite(3, async (site) => {
      await withLaunched(site, undefined, async (processes, logged) => {
        const cluster = await judged(processes.seats, processes);
        const leader = await cluster.leader();
        await cluster.write(leader, 'kept', [1]);
        await cluster.killProcess(leader);
        expect(processes.isRunning(leader.seat.id)).to.equal(false);
        expect(await kindOfPing(leader.seat)).to.equal('lost');
        expect(cluster.disturbed).to.equal(true);
        const next = await cluster.leader(cluster.others(leader));
        cluster.pauseProcess(next);
        expect(await kindOfPing(next.seat, 100)).to.equal('silent');
        expect(await cluster.heal()).to.equal(undefined);
        expect(processes.isRunning(leader.seat.id)).to.equal(true);
        await cluster.expectApplied(cluster.servers, { name: 'kept', version: 1 }, 10_000);
        expect(logged).to.deep.equal([]);
      });
    });
  });
});

describe('a launched cluster of any servers', () => {
  it('kills and pauses what a wrapper script started, not the wrapper alone', async () => {
    await withSite(1, async (site) => {
      const wrapper = join(site.folder, 'wrapper.sh');
      const inner = (await tinyCommand(site)).replace('{config}', '"$1"').replace('{id}', '"$2"');
      await writeFile(wrapper, `${inner}\necho ended\n`);
      await withLaunched(site, `bash ${wrapper} {config} {id}`, async (cluster, logged) => {
        const [seat] = cluster.seats;
        cluster.pause(0);
        expect(await kindOfPing(seat, 100)).to.equal('silent');
        cluster.resume(0);
        expect(await kindOfPing(seat)).to.equal('value');
        cluster.pause(0);
        await cluster.kill(0);
        expect(await kindOfPing(seat)).to.equal('lost');
        await cluster.kill(0);
        await Promise.all([cluster.start(0), cluster.heal()]);
        expect(await kindOfPing(seat)).to.equal('value');
        expect(logged).to.deep.equal([]);
      });
    });
  });

  it('tells of a server that ends by itself, by its last lines, and starts it again', async () => {
    await withSite(2, async (site) => {
      await withLaunched(site, await tinyCommand(site), async (cluster, logged) => {
        const address = formatAddress(must(cluster.seats[1], 'two servers').address);
        await fetch(`http://${address}/end`).catch(() => undefined);
        await waitFor('the news', () => logged.length > 0);
        expect(cluster.isRunning(0)).to.equal(true);
        expect(cluster.isRunning(1)).to.equal(false);
        expect(logged.join()).to.equal(
          `server 1 (${address}) ended by itself (exit code 9); its last lines:\n` +
            `    tiny server 1 at ${String(site.ports[1])}`,
        );
        await cluster.heal();
        expect(cluster.isRunning(1)).to.equal(true);
      });
    });
  });
});

describe('launched servers', () => {
  it('are gone when the tester ends without a word', async () => {
    await withSite(1, async (site) => {
      await expectGoneAfter('process.exit(3)', site, await tinyCommand(site));
    });
  });

  it('of ours are gone even when the tester is killed', async () => {
    await withSite(1, async (site) => {
      await expectGoneAfter(`process.kill(process.pid, 'SIGKILL')`, site, undefined);
    });
  });
});

/** A process launches the cluster and ends itself by `end`. */
async function expectGoneAfter(
  end: string,
  site: Site,
  serverCommand: string | undefined,
): Promise<void> {
  const module = join(build, 'tester/launch/launch-cluster.js');
  const program = join(site.folder, 'tester.mjs');
  const command = serverCommand === undefined ? 'undefined' : JSON.stringify(serverCommand);
  await writeFile(
    program,
    `import { launchCluster } from ${JSON.stringify(module)};
    import { writeSync } from 'node:fs';
    const { seats } = await launchCluster({
      configFile: ${JSON.stringify(site.configFile)}, serverCommand: ${command},
      dataFolder: ${JSON.stringify(site.folder)},
      log: () => undefined, startMs: 30_000, isStopped: new AbortController().signal });
    writeSync(1, 'launched ' + seats.length);
    ${end};`,
  );
  const { stdout } = await execa(process.execPath, [program], { reject: false });
  expect(stdout).to.equal('launched 1');
  const address = { host: '127.0.0.1', port: must(site.ports[0], 'one port') };
  await waitFor('the end', async () => (await kindOfPing({ id: 0, address })) === 'lost');
}

/** The message with which the launch fails. */
async function refusal(launching: Promise<unknown>): Promise<string> {
  try {
    await launching;
  } catch (error) {
    if (error instanceof LaunchError) return error.message;
    throw error;
  }
  return 'launched';
}

describe('a launch that fails', () => {
  it('says which server did not come up and what it said, and leaves none running', async () => {
    await withSite(2, async (site) => {
      const tiny = await tinyCommand(site);
      const wrapper = join(site.folder, 'wrapper.sh');
      const inner = tiny.replace('{config}', '"$1"').replace('{id}', '"$2"');
      const script = `if [ "$2" = 1 ]; then echo no disk >&2; exit 4; fi\n${inner}\n`;
      await writeFile(wrapper, script);
      expect(await refusal(launch(site, `bash ${wrapper} {config} {id}`))).to.equal(
        `server 1 (127.0.0.1:${String(site.ports[1])}) ended while it started (exit code 4); ` +
          'its last lines:\n    no disk',
      );
      const address = { host: '127.0.0.1', port: must(site.ports[0], 'two ports') };
      expect(await kindOfPing({ id: 0, address })).to.equal('lost');
    });
  });

  it('names a program that is not there', async () => {
    await withSite(1, async (site) => {
      expect(await refusal(launch(site, 'no-such-program {id}'))).to.match(
        /^server 0 \(.*\): cannot run "no-such-program"; is it installed\?$/,
      );
    });
  });

  it('passes on what is wrong with the configuration, and that it cannot be read', async () => {
    await withSite(1, async (site) => {
      await writeFile(site.configFile, 'M: 2\nmetadata0: 127.0.0.1:1\n');
      expect(await refusal(launch(site, undefined))).to.contain(`${site.configFile}:1:`);
      expect(await refusal(launch({ ...site, configFile: site.folder }, undefined))).to.equal(
        `${site.folder}: cannot be read (EISDIR)`,
      );
    });
  });

  it('does not judge a stranger who holds the port', async () => {
    await withSite(1, async (site) => {
      const stranger = createServer((socket) => socket.end());
      stranger.listen(site.ports[0], '127.0.0.1');
      await once(stranger, 'listening');
      try {
        const message = await refusal(launch(site, await tinyCommand(site)));
        expect(message).to.equal(
          `127.0.0.1:${String(site.ports[0])} already in use: ` +
            'end what listens there, or judge it without --start',
        );
      } finally {
        stranger.close();
      }
    });
  });

  it('ends at once, with nothing left, when the user stops it', async () => {
    await withSite(1, async (site) => {
      const stopping = new AbortController();
      const silent = join(site.folder, 'silent.mjs');
      await writeFile(silent, `console.log('thinking'); setInterval(() => {}, 1000);`);
      const launching = launchCluster({
        configFile: site.configFile,
        serverCommand: `"${process.execPath}" ${silent} {id}`,
        dataFolder: site.folder,
        log: () => undefined,
        startMs: 30_000,
        isStopped: stopping.signal,
      });
      stopping.abort();
      expect(await refusal(launching)).to.match(/^server 0 \(.*\) was stopped while it started/);
    });
  });
});
