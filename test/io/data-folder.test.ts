/** Data folders: whose they are, who uses them, and what is never touched. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asServerId } from '../../src/base/ids.js';
import { clusterIdOf } from '../../src/io/cluster-id.js';
import {
  DataFolderRefusedError,
  findDataFolder,
  openDataFolder,
} from '../../src/io/data-folder.js';
import { inspectFolder } from '../../src/storage/inspect-folder.js';
import { openLogStorage } from '../../src/storage/open-log-storage.js';
import { StorageError } from '../../src/storage/storage.js';
import { entriesOf, hardStateOf, openOptions, writeOf } from '../storage/storage-samples.js';
import { written } from '../storage/storage-samples.js';
import { makeTemporaryFolder, removeTemporaryFolder } from './temporary-folder.js';

const clusterId = clusterIdOf(['localhost:9001', 'localhost:9002']);

describe('a data folder', () => {
  let parent: string;
  let path: string;
  beforeEach(async () => {
    parent = await makeTemporaryFolder();
    path = join(parent, 'new', 'data');
  });
  afterEach(() => removeTemporaryFolder(parent));

  function opened(change: { fresh?: boolean; server?: number; cluster?: string } = {}) {
    return openDataFolder({
      path,
      clusterId: change.cluster ?? clusterId,
      serverId: asServerId(change.server ?? 0),
      fresh: change.fresh ?? false,
    });
  }

  async function refusal(opening: Promise<unknown>): Promise<string> {
    const error: unknown = await opening.then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(DataFolderRefusedError);
    return error instanceof Error ? error.message : '';
  }

  async function useOnce(): Promise<void> {
    const folder = await opened();
    const { storage } = await openLogStorage({ ...openOptions(), ...folder });
    await written(storage, writeOf(entriesOf(1, 2, 1), hardStateOf(1)));
    await storage.close();
    await folder.release();
  }

  it('is made with all folders above it, and is the same when it is opened again', async () => {
    const first = await opened();
    await first.release();
    expect(first.identity.clusterId).to.equal(clusterId);
    const second = await opened();
    await second.release();
    expect(second.identity).to.deep.equal(first.identity);
    expect(await readdir(path)).to.deep.equal(['identity']);
  });

  it('is refused in words where no folder can be made', async function () {
    if (process.platform !== 'linux') this.skip();
    path = '/proc/no-such-folder/data';
    const error: unknown = await opened().catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(StorageError);
    expect(String(error)).to.contain('cannot create /proc/no-such-folder/data: no such file');
  });

  it('keeps the log from one process to the next', async () => {
    await useOnce();
    const folder = await opened();
    const { storage, recovered } = await openLogStorage({ ...openOptions(), ...folder });
    expect(recovered.entries).to.have.length(2);
    await storage.close();
    await folder.release();
  });

  it('is refused to another cluster and to another server, also with --fresh', async () => {
    await useOnce();
    for (const fresh of [false, true]) {
      const cluster = clusterIdOf(['localhost:9002', 'localhost:9001']);
      expect(await refusal(opened({ cluster, fresh }))).to.match(/belongs to another cluster/);
      expect(await refusal(opened({ server: 1, fresh }))).to.match(/data belongs to server 0$/);
    }
    const names = ['hard-state', 'identity', 'log-0000000000000001.seg'];
    expect(await readdir(path)).to.deep.equal(names);
  });

  it('is refused while it is open, and free again once it is released', async () => {
    const folder = await opened();
    expect(await refusal(opened())).to.equal(`${path} is in use by process ${process.pid}`);
    await folder.release();
    await (await opened()).release();
  });

  it('is refused while another process holds it, and free once that one was killed', async () => {
    const holder = spawnHolder(path);
    try {
      const started = once(holder, 'message');
      await Promise.race([
        started,
        once(holder, 'exit').then(() => Promise.reject(new Error('the holder ended'))),
      ]);
      const message = `${path} is in use by process ${holder.pid}`;
      expect(await refusal(opened())).to.equal(message);
      expect(await refusal(opened({ fresh: true }))).to.equal(message);
    } finally {
      const ended = once(holder, 'exit');
      holder.kill('SIGKILL');
      await ended;
    }
    await (await opened()).release();
    expect(await readdir(path)).to.deep.equal(['identity']);
  });

  it('is free when the process number of a killed holder has a new owner', async () => {
    await (await opened()).release();
    await writeFile(join(path, `lock-${process.pid}-abc.123`), '');
    await (await opened()).release();
  });

  it('loses all of its data, and nothing else, with --fresh', async () => {
    await useOnce();
    await writeFile(join(path, 'notes.txt'), 'mine');
    const folder = await opened({ fresh: true });
    const { storage, recovered } = await openLogStorage({ ...openOptions(), ...folder });
    expect(recovered.isNew).to.equal(true);
    await storage.close();
    await folder.release();
    expect(await readFile(join(path, 'notes.txt'), 'utf8')).to.equal('mine');
  });

  it('may be the root of a fresh file system, which holds a folder of its own', async () => {
    await mkdir(join(path, 'lost+found'), { recursive: true });
    const folder = await opened();
    expect(await folder.disk.list()).to.include('identity');
    await folder.release();
  });

  it('is refused untouched when it is a folder of something else, also with --fresh', async () => {
    await mkdir(join(path, 'photos'), { recursive: true });
    for (const fresh of [false, true]) {
      expect(await refusal(opened({ fresh }))).to.match(/not a server's data folder.*"photos"/);
    }
    expect(await readdir(path)).to.deep.equal(['photos']);
  });

  it('is refused without its identity file, and begun anew with --fresh', async () => {
    await useOnce();
    await unlink(join(path, 'identity'));
    expect(await refusal(opened())).to.match(/has lost its identity file/);
    await (await opened({ fresh: true })).release();
    expect(await readdir(path)).to.deep.equal(['identity']);
  });

  it('is refused when any bit of its identity file flipped', async () => {
    await (await opened()).release();
    const file = join(path, 'identity');
    const whole = await readFile(file);
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(file, damaged);
      expect(await refusal(opened())).to.match(/identity is damaged/);
    }
  });

  it('is begun anew with --fresh when its identity file is damaged', async () => {
    await useOnce();
    await writeFile(join(path, 'identity'), 'nonsense');
    await writeFile(join(path, 'log-0000000000000001.seg.damaged'), 'put aside');
    expect(await refusal(opened())).to.match(/identity is damaged: .*--fresh/);
    await (await opened({ fresh: true })).release();
    expect(await readdir(path)).to.deep.equal(['identity']);
  });

  it('can be looked at while it is in use, whosever it is', async () => {
    await useOnce();
    const folder = await opened();
    const { disk, identity } = await findDataFolder(path);
    expect(identity).to.deep.equal(folder.identity);
    expect((await inspectFolder(disk, identity)).damage).to.deep.equal([]);
    await folder.release();
    expect((await findDataFolder(path)).identity).to.deep.equal(folder.identity);
  });

  it('is not found where there is none, or none that can be told', async () => {
    expect(await refusal(findDataFolder(path))).to.match(/data is not a server's data folder$/);
    await useOnce();
    await writeFile(join(path, 'identity'), 'nonsense');
    expect(await refusal(findDataFolder(path))).to.match(/identity is damaged/);
  });

  it('is opened again while it is held, after its storage was closed', async () => {
    const folder = await opened();
    for (let start = 0; start < 3; start++) {
      const { storage, recovered } = await openLogStorage({ ...openOptions(), ...folder });
      expect(recovered.entries).to.have.length(start);
      await written(storage, writeOf(entriesOf(start + 1, 1, 1), hardStateOf(1)));
      await storage.close();
    }
    await folder.release();
  });

  it('says what the operating system says when it cannot be made', async () => {
    await writeFile(join(parent, 'new'), 'a file');
    const error: unknown = await opened().catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(StorageError);
    expect(String(error)).to.match(/cannot create .*: .*it is not a folder \(ENOTDIR\)/);
  });
});

/** A process that opens the folder, says so, and keeps it until it is killed. */
function spawnHolder(path: string): ChildProcess {
  const module = new URL('../../src/io/data-folder.js', import.meta.url).href;
  const options = JSON.stringify({ path, clusterId, serverId: 0, fresh: false });
  const program = `
    const { openDataFolder } = await import(${JSON.stringify(module)});
    await openDataFolder(${options});
    process.send('open');
    setInterval(() => undefined, 1000);
  `;
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

describe('the name of a cluster', () => {
  it('differs with the addresses, their order and their number', () => {
    const lists = [['a:1'], ['a:1', 'b:2'], ['b:2', 'a:1'], ['a:1b:2'], ['a:1,b:2'], []];
    const names = lists.map(clusterIdOf);
    expect(new Set(names).size).to.equal(lists.length);
    for (const name of names) expect(name).to.match(/^[0-9a-f]{32}$/);
  });

  it('is the same in any letter case of the hosts', () => {
    expect(clusterIdOf(['LocalHost:1', 'B:2'])).to.equal(clusterIdOf(['localhost:1', 'b:2']));
  });
});
