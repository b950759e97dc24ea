/** Reading what systems and the machine tell, and leaving no process behind. */
import { expect } from 'chai';
import { ClusterWatch } from '../../bench/systems/cluster-watch.js';
import { cpuSeconds, cpuSecondsOfStat } from '../../bench/systems/cpu-time.js';
import { Processes } from '../../bench/systems/processes.js';
import { readServerFigures } from '../../bench/systems/server-metrics-text.js';
import { settledCount } from '../../bench/systems/settled-count.js';
import { StandingFigures } from '../../bench/systems/standing-figures.js';
import { waitFor } from '../cli/wait-for.js';
import { EchoListener } from './echo-listener.js';

interface Told {
  pauseSeconds: number;
  leaderChanges: number;
  term: number;
}

function metricsText({ pauseSeconds, leaderChanges, term }: Told): string {
  return [
    '# TYPE nodejs_eventloop_lag_max_seconds gauge',
    `nodejs_eventloop_lag_max_seconds ${pauseSeconds}`,
    `surfraft_server_leader_changes_seen_total ${leaderChanges}`,
    `surfraft_raft_term ${term}`,
    'process_resident_memory_bytes 1048576',
    'process_resident_memory_bytes_of_something_else 1',
  ].join('\n');
}

describe('bench: what a server tells', () => {
  it('is read out of its metrics', () => {
    const text = metricsText({ pauseSeconds: 0.0125, leaderChanges: 1, term: 4 });
    expect(readServerFigures(text)).to.deep.equal({
      ...{ longestPauseMs: 12.5, leaderChanges: 1, term: 4, residentBytes: 1_048_576 },
    });
    expect(() => readServerFigures('')).to.throw('nodejs_eventloop_lag_max_seconds');
  });

  it('of a process is its processor time, whatever the command is called', () => {
    const fields = `S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1`;
    expect(cpuSecondsOfStat(`42 (a) b) c) ${fields}`)).to.equal(3);
  });

  it('is not a number where nothing can be known', () => {
    expect(cpuSeconds([2 ** 30])).to.be.NaN;
    if (process.platform === 'linux') expect(cpuSeconds([process.pid])).to.be.above(0);
  });
});

describe('bench: the watch over a cluster', () => {
  let servers: EchoListener[] = [];

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    servers = [];
  });

  async function watched(
    told: readonly Told[],
    standing: StandingFigures,
    everyMs?: number,
  ): Promise<ClusterWatch> {
    servers = await Promise.all(told.map((each) => EchoListener.start(() => metricsText(each))));
    const ports = servers.map(({ endpoint }) => endpoint.port);
    return await ClusterWatch.begin(ports, standing, everyMs);
  }

  const fresh = (): Told => ({ pauseSeconds: 0.9, leaderChanges: 1, term: 1 });

  it('counts nothing of what was before it', async () => {
    const standing = new StandingFigures();
    const told = [fresh(), fresh()];
    const watch = await watched(told, standing);
    for (const each of told) each.pauseSeconds = 0.011;
    await watch.end();
    expect(standing.hasWatched).to.equal(true);
    expect(standing.longestPauses.oursMs).to.equal(11);
    expect(standing.leaderChanges).to.equal(0);
  });

  it('counts a change of leader once, however many servers saw it', async () => {
    const standing = new StandingFigures();
    const told = [fresh(), fresh()];
    const watch = await watched(told, standing);
    for (const each of told) Object.assign(each, { leaderChanges: 2, term: 2 });
    await watch.end();
    expect(standing.leaderChanges).to.equal(1);
  });

  it('sees a new term, and takes no server that was started again for a change', async () => {
    const standing = new StandingFigures();
    const [first, second] = [fresh(), { ...fresh(), leaderChanges: 3 }];
    const watch = await watched([first, second], standing);
    watch.leave(1);
    Object.assign(second, { leaderChanges: 0, pauseSeconds: 0.5 });
    await watch.returnTo(1);
    Object.assign(second, { leaderChanges: 1, pauseSeconds: 0.01 });
    first.pauseSeconds = 0.01;
    await watch.end();
    expect(standing.leaderChanges).to.equal(0);
    expect(standing.longestPauses.oursMs).to.equal(10);
  });

  it('asks each server again and again, in turn, and a last time when it ends', async () => {
    const asked: number[] = [];
    servers = await Promise.all(
      [0, 1].map((id) =>
        EchoListener.start(() => {
          asked.push(id);
          return metricsText(fresh());
        }),
      ),
    );
    const ports = servers.map(({ endpoint }) => endpoint.port);
    const watch = await ClusterWatch.begin(ports, new StandingFigures(), 10);
    asked.length = 0;
    await waitFor('the watch to ask again', () => asked.length >= 5);
    await watch.end();
    expect(asked.slice(0, 5)).to.deep.equal([0, 1, 0, 1, 0]);
    expect(asked.slice(-2)).to.deep.equal([0, 1]);
  });
});

describe('bench: a count', () => {
  it('is one that stays', async () => {
    const told = [undefined, 5, 6, 7, 7];
    expect(await settledCount(() => Promise.resolve(told.length > 1 ? told.shift() : 7))).to.equal(
      7,
    );
  });
});

describe('bench: the processes of a run', () => {
  const idle = ['-e', 'setInterval(() => undefined, 1000)'];

  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };

  it('are all gone at its end, and none is started any more', async () => {
    const processes = new Processes(() => undefined);
    const pids = [1, 2].map(() => processes.start(process.execPath, idle).pid);
    expect(pids.map(isAlive)).to.deep.equal([true, true]);
    await processes.end();
    expect(pids.map(isAlive)).to.deep.equal([false, false]);
    processes.checkNoneLost();
    expect(() => processes.start(process.execPath, idle)).to.throw('the run is over');
  });

  it('are missed when they end by themselves, once', async () => {
    const warnings: string[] = [];
    const processes = new Processes((text) => warnings.push(text));
    processes.start(process.execPath, ['-e', 'console.error("full disk"); process.exit(3)']);
    await waitFor('the process to end', () => warnings.length > 0);
    expect(warnings[0]).to.match(/ended by itself \(3\)[^]*full disk/);
    expect(() => {
      processes.checkNoneLost();
    }).to.throw('ended by itself');
    processes.checkNoneLost();
  });

  it('are not missed when they were ended', async () => {
    const warnings: string[] = [];
    const processes = new Processes((text) => warnings.push(text));
    const running = processes.start(process.execPath, idle);
    await running.end();
    processes.checkNoneLost();
    expect(warnings).to.deep.equal([]);
    expect(isAlive(running.pid)).to.equal(false);
  });

  it('tell what they printed, or why they failed', async () => {
    const processes = new Processes(() => undefined);
    const run = (script: string): Promise<string> =>
      processes.run(process.execPath, ['-e', script]);
    expect(await run('console.log("hello")')).to.equal('hello\n');
    const failure = await run('console.error("oh"); process.exit(4)').catch(String);
    expect(failure).to.match(/ended with code 4: oh/);
    const missing = await processes.run('no-such-command', []).catch(String);
    expect(missing).to.match(/ENOENT/);
  });

  it('that cannot be started are missed, too', async () => {
    const warnings: string[] = [];
    const processes = new Processes((text) => warnings.push(text));
    processes.start('no-such-command', []);
    await waitFor('the failure to be told', () => warnings.length > 0);
    expect(() => {
      processes.checkNoneLost();
    }).to.throw('ENOENT');
  });
});
