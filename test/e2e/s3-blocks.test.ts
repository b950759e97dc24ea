/** Servers that keep their blocks in a real S3 service, which goes away and comes back. */
import { expect } from 'chai';
import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashOf } from '../../src/blocks/block-hash.js';
import { S3Client } from '../../src/s3/s3-client.js';
import { Swift, bucket, whySwiftIsMissing } from '../s3/swift.js';
import { projectRoot } from '../tidy/source-text.js';
import { eventually } from './support/eventually.js';
import type { TestCluster } from './support/test-cluster.js';
import { useClusters } from './support/use-clusters.js';

const program = join(projectRoot(), 'build/src/cli/surfraft.js');
const returnMsMax = 40_000;
const ids = [0, 1, 2];

describe('blocks in S3', () => {
  const clusters = useClusters();
  let swift: Swift;
  let client: S3Client;
  let prefixes = 0;
  const kept: Record<string, string | undefined> = {};

  before(async function () {
    const reason = await whySwiftIsMissing();
    if (reason !== undefined) {
      process.stderr.write(`${reason}: servers with blocks in S3 are not tested\n`);
      this.skip();
    }
    swift = await Swift.start();
    client = new S3Client({ place: swift.place('') });
    // Servers have the environment of the test.
    for (const [name, value] of Object.entries(swift.environment)) {
      kept[name] = process.env[name];
      process.env[name] = value;
    }
  });

  after(async () => {
    for (const [name, value] of Object.entries(kept)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    client.close();
    await swift.destroy();
  });

  /** A cluster of which each server has a prefix of its own. */
  async function start(size: number): Promise<{ cluster: TestCluster; prefix: string }> {
    const prefix = `e2e/${(prefixes += 1)}`;
    const cluster = await clusters.create(size);
    await Promise.all(
      cluster.servers.map((server) =>
        server.start(
          ...['--blocks', `s3://${bucket}/${prefix}/${server.id}`],
          ...['--s3-endpoint', swift.endpoint],
        ),
      ),
    );
    await cluster.leader();
    return { cluster, prefix };
  }

  async function run(cluster: TestCluster, subcommand: string, ...args: readonly string[]) {
    const words = [program, ...subcommand.split(' '), '-f', cluster.configPath, ...args];
    const { exitCode, stdout, stderr } = await execa('node', words, { reject: false });
    return { exitCode, stdout, stderr };
  }

  const objects = async (prefix: string, id: number): Promise<readonly string[]> => {
    const first = { prefix: `${prefix}/${id}/`, after: '', limit: 10, continuation: undefined };
    return (await client.list(first)).objects.map(({ key }) => key);
  };

  it('are kept, named, read and removed like those on disk, each server for itself', async () => {
    const { cluster, prefix } = await start(3);
    const source = join(cluster.folder, 'source');
    for (const size of [100_000, 200_000]) {
      await writeFile(source, randomBytes(size));
      expect(await run(cluster, 'put', source, 'f')).to.include({ exitCode: 0 });
    }
    expect(await run(cluster, 'get', 'f', join(cluster.folder, 'copy'))).to.include({
      exitCode: 0,
    });
    const bytes = await readFile(source);
    expect(await readFile(join(cluster.folder, 'copy'))).to.deep.equal(bytes);
    await eventually('three copies of two blocks', returnMsMax, async () => {
      const counts = await Promise.all(ids.map(async (id) => (await objects(prefix, id)).length));
      return counts.every((count) => count === 2) ? true : undefined;
    });
    const key = `${prefix}/1/${hashOf(bytes)}`;
    expect(await client.get(key, 1_000_000)).to.have.deep.property('bytes', bytes);

    const damaged = Buffer.from(bytes);
    damaged[5] = (damaged[5] ?? 0) ^ 1;
    await client.put(key, damaged, hashOf(damaged));
    expect(await run(cluster, 'blocks verify', '--json')).to.include({ exitCode: 1 });
    expect(await run(cluster, 'blocks repair', '--json')).to.include({ exitCode: 0 });
    expect(await client.get(key, 1_000_000)).to.have.deep.property('bytes', bytes);

    const young = await run(cluster, 'blocks gc', '--json');
    expect(JSON.parse(young.stdout)).to.include({ ok: true, unreferenced: 1, removed: 0 });
    const gone = await run(cluster, 'blocks gc', '--json', '--grace', '0');
    expect(JSON.parse(gone.stdout)).to.include({ ok: true, removed: 1, bytes: 100_000 });
    for (const id of ids) {
      expect(await objects(prefix, id)).to.deep.equal([`${prefix}/${id}/${hashOf(bytes)}`]);
    }
  });

  it('cannot be had while the service is down, harm no file, and are back with it', async () => {
    const { cluster } = await start(3);
    const block = randomBytes(50_000);
    const hash = hashOf(block);
    expect(await cluster.value(0, 'putblock', block)).to.equal(true);
    await swift.kill();
    const refused = await cluster.call(1, 'putblock', [randomBytes(10)]);
    expect(refused).to.have.nested.property('fault.code', 8);
    expect(refused).to.have.nested.property('fault.text').that.contains('--s3-endpoint');
    expect(await cluster.call(1, 'getblock', [hash])).to.have.nested.property('fault.code', 7);
    const { serverId } = await cluster.leader();
    expect(await cluster.value(serverId, 'updatefile', 'f', 1, [hash])).to.equal(true);
    await eventually('a word in the log', returnMsMax, () =>
      /S3 .*ECONNREFUSED.*asked again every 10 s/.test(cluster.server(0).log) ? true : undefined,
    );
    await swift.run();
    await eventually('the block', returnMsMax, async () => {
      const answer = await cluster.call(2, 'getblock', [hash]);
      return answer.kind === 'value' && Buffer.compare(answer.value as Uint8Array, block) === 0
        ? true
        : undefined;
    });
    await eventually('the news in the log', returnMsMax, () =>
      cluster.server(0).log.split('for ever)').at(-1)?.includes('does what it is asked') === true
        ? true
        : undefined,
    );
  });

  it('of a server that is the only one: what is wrong with S3 is fault 5', async () => {
    const { cluster } = await start(1);
    const hash = hashOf(Buffer.from('x'));
    await swift.kill();
    for (const [method, value] of [
      ['putblock', randomBytes(10)],
      ['getblock', hash],
      ['hasblocks', [hash]],
      ['missingblocks', [hash]],
    ] as const) {
      const answer = await cluster.call(0, method, [value]);
      expect(answer).to.have.nested.property('fault.code', 5);
      expect(answer)
        .to.have.nested.property('fault.text')
        .that.matches(/^storage: S3 /);
    }
    expect(await cluster.value(0, 'updatefile', 'f', 1, [hash])).to.equal(true);
    await swift.run();
    expect(await cluster.value(0, 'putblock', Buffer.from('x'))).to.equal(true);
    expect(await cluster.value(0, 'hasblocks', [hash])).to.deep.equal([hash]);
  });

  it('are no reason not to start, when the service is down or refuses the keys', async () => {
    const cluster = await clusters.create(1);
    const endpoint = ['--s3-endpoint', swift.endpoint];
    process.env['AWS_SECRET_ACCESS_KEY'] = 'a wrong secret';
    try {
      await cluster.server(0).start('--blocks', `s3://${bucket}/e2e/refused`, ...endpoint);
    } finally {
      process.env['AWS_SECRET_ACCESS_KEY'] = swift.environment['AWS_SECRET_ACCESS_KEY'];
    }
    const { serverId } = await cluster.leader();
    expect(await cluster.value(serverId, 'updatefile', 'f', 1, [])).to.equal(true);
    await eventually('a word in the log', returnMsMax, () =>
      cluster.server(0).log.includes('check AWS_SECRET_ACCESS_KEY') ? true : undefined,
    );
    expect(cluster.server(0).log).not.to.contain('a wrong secret');
  });
});
