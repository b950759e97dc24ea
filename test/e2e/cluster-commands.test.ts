/** What people look at a running cluster with, and what they do to it, besides the doctor. */
import { expect } from 'chai';
import { execa } from 'execa';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fastElections } from './support/fast-elections.js';
import { eventually } from './support/eventually.js';
import { surfraft, surfraftProgram } from './support/surfraft.js';
import { host, type TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const noticeMsMax = 10_000;

describe('the commands for a cluster', () => {
  const clusters = useClusters('suite');
  let cluster: TestCluster;
  let config: string;

  before(async () => {
    cluster = await clusters.start(3, ...fastElections);
    config = cluster.configPath;
    await cluster.agreement(noticeMsMax);
  });

  afterEach(async () => {
    expect((await surfraft('heal', config)).exitCode).to.equal(0);
    await cluster.leader();
    await cluster.agreement(noticeMsMax);
  });

  async function lead(): Promise<number> {
    return (await cluster.leader()).serverId;
  }

  it('show a line for each server, the leader marked, and a sentence', async () => {
    const { serverId, term } = await cluster.leader();
    const { stdout, exitCode } = await surfraft('status', config);
    const lines = stdout.split('\n');
    expect(lines).to.have.length(5);
    expect(lines[0]).to.match(/^ +id +address +role +term +commit +applied +lag +files$/);
    for (const { id, port } of cluster.servers) {
      const role = id === serverId ? 'leader' : 'follower';
      const mark = id === serverId ? '\\*' : ' ';
      expect(lines[id + 1]).to.match(
        new RegExp(`^${mark} +${id} +localhost:${port} +${role} +${term} +\\d+ +\\d+ +0 +0$`),
      );
    }
    expect(lines[4]).to.equal(
      `3 of 3 servers answer; server ${serverId} leads in term ${term}; a majority is there.`,
    );
    expect(exitCode).to.equal(0);
  });

  it('tell the same as JSON, found through one server', async () => {
    const address = `${host}:${cluster.server(1).port}`;
    const { stdout } = await surfraft('status', address, '--json');
    const told = JSON.parse(stdout) as Record<string, unknown>;
    expect(told).to.include({ ok: true, works: true, leader: await lead() });
    expect(told['servers']).to.have.length(3);
    expect(told).to.have.nested.property('servers[0].trouble').that.deep.equals([]);
    const leader = await surfraft('leader', address, '--json');
    expect(JSON.parse(leader.stdout)).to.include({ ok: true, id: await lead() });
  });

  it('print what changes in the status, until they are stopped', async () => {
    const leader = await lead();
    const [other = 0] = cluster.others(leader);
    const watch = surfraft('status', config, '--watch', '--interval', '0.1');
    let seen = '';
    watch.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const wait = (words: string) =>
      eventually(words, noticeMsMax, () => seen.includes(words) || undefined);
    await wait(`  server ${leader}: leads in term `);
    await surfraft('crash', config, String(other));
    await wait(`  server ${other}: crashed\n`);
    seen = '';
    const { stdout } = await surfraft('restore', config, String(other));
    expect(stdout).to.equal(`server ${other}: its crash switch is released`);
    await wait(`  server ${other}: follower\n`);
    watch.kill('SIGTERM');
    expect((await watch).exitCode).to.equal(0);
  });

  it('make a server the leader, and say who led before', async () => {
    const before = await lead();
    const [next = 0] = cluster.others(before);
    const { stdout } = await surfraft('transfer', config, String(next));
    expect(stdout).to.match(new RegExp(`^server ${next} leads in term \\d+; server ${before} led`));
    expect(await cluster.value(next, 'isleader')).to.equal(true);
    const again = await surfraft('transfer', config, String(next));
    expect(again.stdout).to.match(new RegExp(`^server ${next} leads in term \\d+, as before$`));
  });

  it('do not make a crashed server the leader, and say why', async () => {
    const [other = 0] = cluster.others(await lead());
    await surfraft('crash', config, String(other));
    const refused = await surfraft('transfer', config, String(other), '--json');
    expect(refused.exitCode).to.equal(1);
    expect(JSON.parse(refused.stdout)).to.have.property('error').that.includes('isCrashed');
    const again = await surfraft('crash', config, String(other));
    expect(again.stdout).to.match(/^server \d was crashed by its switch already; /);
  });

  it('cut servers off from each other, more and more, and heal all of it', async () => {
    const first = await surfraft('partition', config, '0', 'from', '1');
    expect(first.stdout).to.match(/^server 0 and server 1 do not reach each other; .* heal /);
    await surfraft('partition', config, '0', 'from', '2');
    const cut = async (id: number): Promise<unknown> => {
      const response = await fetch(`http://${host}:${cluster.server(id).port}/status`);
      const { unreachable, unreachableDirection } = (await response.json()) as {
        unreachable: number[];
        unreachableDirection: string;
      };
      return [unreachable.toSorted(), unreachableDirection];
    };
    expect([await cut(0), await cut(1), await cut(2)]).to.deep.equal([
      [[1, 2], 'both'],
      [[0], 'both'],
      [[0], 'both'],
    ]);
    const oneWay = await surfraft('partition', config, '0,1', 'from', '2', '--one-way');
    expect(oneWay.stdout).to.match(/^what servers 0 and 1 send does not get to server 2; /);
    expect(oneWay.stderr).to.match(/^server 0 was cut off from servers 1 and 2 in another/);
    expect([await cut(0), await cut(1), await cut(2)]).to.deep.equal([
      [[2], 'send'],
      [[2], 'send'],
      [[0], 'both'],
    ]);
    const { stdout } = await surfraft('heal', config);
    expect(stdout.split('\n')).to.deep.equal([
      'server 0: it is no longer cut off from server 2',
      'server 1: it is no longer cut off from server 2',
      'server 2: it is no longer cut off from server 0',
    ]);
    expect((await surfraft('heal', config, '1')).stdout).to.equal('server 1: nothing to heal');
  });

  it('print each change once as it is committed, whoever leads', async () => {
    const watches = [surfraft('watch', config), surfraft('watch', config, '--json')];
    const heard = watches.map((watch) => {
      const texts = { seen: '', said: '' };
      watch.stdout.on('data', (chunk: Buffer) => (texts.seen += chunk.toString()));
      watch.stderr.on('data', (chunk: Buffer) => (texts.said += chunk.toString()));
      return texts;
    });
    await eventually('both to watch', noticeMsMax, () =>
      heard.every(({ said }) => said.includes('watching from')) ? true : undefined,
    );
    const update = async (version: number, hashes: readonly string[]): Promise<void> => {
      const { serverId } = await cluster.leader();
      expect(await cluster.value(serverId, 'updatefile', 'a\nb', version, hashes)).to.equal(true);
    };
    await update(1, ['h', 'i']);
    const old = await lead();
    await cluster.server(old).end('SIGKILL');
    await update(2, ['h']);
    await update(3, ['0']);
    await cluster.server(old).start();
    await update(4, []);
    await eventually('every change', noticeMsMax, () =>
      heard.every(({ seen }) => seen.split('\n').length === 5) ? true : undefined,
    );
    for (const watch of watches) watch.kill('SIGINT');
    expect((await Promise.all(watches)).map(({ exitCode }) => exitCode)).to.deep.equal([0, 0]);
    const [plain = '', json = ''] = heard.map(({ seen }) => seen);
    const withoutTimes = plain.replaceAll(/^[-\dT:+]+ {2}/gm, '').split('\n');
    expect(withoutTimes.slice(0, 4)).to.deep.equal([
      'a\\nb  v1  2 blocks',
      'a\\nb  v2  1 block',
      'a\\nb  v3  deleted',
      'a\\nb  v4  0 blocks',
    ]);
    const changes = json
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(changes[2]).to.include({ name: 'a\nb', version: 3, items: 1, deleted: true });
  });

  it('refuse what they do not understand, before they ask anybody', async () => {
    for (const [args, words] of [
      [['status'], 'expected TARGET: a configuration file, or HOST:PORT of a server'],
      [['status', config, 'more'], 'expected nothing but TARGET, not 1 words'],
      [['doctor', 'no-such-file.txt'], 'cannot be read'],
      [['transfer', config, '3'], 'there is no server "3"; expected an ID of 0, 1, 2'],
      [['crash', config], 'expected one ID'],
      [['partition', config, '0', 'of', '1'], 'such as 0,1 from 2,3,4'],
      [['partition', config, '0,1', 'from', '1,2'], 'server 1 is in both groups'],
      [['partition', config, ',', 'from', '1'], 'two groups of servers'],
      [['status', config, '--interval', '0'], '--interval expects a number above 0'],
      [['completion', 'fish'], 'Expected one of'],
    ] as const) {
      const { exitCode, stdout, stderr } = await surfraft(...args);
      expect([exitCode, stdout], args.join(' ')).to.deep.equal([2, '']);
      expect(stderr).to.contain(words);
    }
  });

  it('say that nobody answers, with exit code 1', async () => {
    const nobody = `${host}:1`;
    for (const word of ['status', 'doctor', 'watch']) {
      const { exitCode, stderr } = await surfraft(word, nobody, '--timeout', '0.1');
      expect([word, exitCode]).to.deep.equal([word, 1]);
      expect(stderr).to.match(/does not tell who the servers are: .*ECONNREFUSED/);
    }
  });

  it('complete commands in bash, and options of the present one', async () => {
    const script = join(cluster.folder, 'surfraft');
    await writeFile(script, `#!/bin/sh\nexec ${process.execPath} ${surfraftProgram} "$@"\n`);
    await chmod(script, 0o755);
    const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
      const line = ['COMP_WORDS=("$@")', `COMP_CWORD=${words.length}`, '_surfraft'].join('; ');
      const print = 'printf "%s\\n" "${COMPREPLY[@]}"';
      const source = `eval "$(${script} completion bash)"; ${line}; ${print}`;
      const { stdout } = await execa('bash', ['-c', source, 'bash', script, ...words]);
      return stdout.split('\n');
    };
    expect(await complete('st')).to.deep.equal(['status']);
    expect(await complete('rest')).to.deep.equal(['restore', 'restore-backup']);
    expect(await complete('partition', config, '--o')).to.deep.equal(['--one-way']);
    expect(await complete('status', 'my')).to.deep.equal(['']);
  });
});
