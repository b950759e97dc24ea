/**
 * Reads of more than fits into a piece, over a real port: what they show, what they hold, and what
 * becomes of those that wait.
 */
import { expect } from 'chai';
import type { HashItem } from '../../src/files/file-command.js';
import { encodeCall, encodeResponse } from '../../src/rpc/codec/encode.js';
import type { HttpLimits } from '../../src/rpc/http-limits.js';
import type { XmlStruct, XmlValue } from '../../src/rpc/xml-value.js';
import { post, RawConnection } from './support/raw-connection.js';
import { ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const readMap = post(encodeCall('getfileinfomap', []));
const ping = post(encodeCall('ping', []));
/** Together more than the buffers of a connection take in. */
const bigFiles = 300;
const hashlist = Array.from({ length: 500 }, (_, at) => at.toString(16).padStart(64, '0'));

describe('a long answer', () => {
  let served: ServedReplica;
  const open: RawConnection[] = [];

  async function start(limits: Partial<HttpLimits> = {}): Promise<void> {
    served = await ServedReplica.start({ limits });
  }

  function update(name: string, items: readonly HashItem[] = hashlist): void {
    const { files } = served.replica;
    const version = (files.get(name)?.version ?? 0) + 1;
    const command = { type: 'updatefile', name, version, hashlist: items } as const;
    files.apply(files.encode({ ...command, requestId: undefined, timeMs: 0 }));
  }

  function fill(): void {
    for (let file = 0; file < bigFiles; file += 1) update(`file ${file}`);
  }

  function connection(): RawConnection {
    const raw = new RawConnection(served.port);
    open.push(raw);
    return raw;
  }

  /** Sends a call for the whole map and reads nothing of the answer. */
  async function deafReader(): Promise<RawConnection> {
    const raw = connection();
    raw.socket.pause();
    const { unreadAnswers } = served.server.heldBytes;
    raw.write(readMap);
    await waitUntil(() => served.server.heldBytes.unreadAnswers > unreadAnswers);
    return raw;
  }

  /** The whole answer as text, without the cost of its values. */
  async function textOf(methodName: string, ...params: XmlValue[]): Promise<string> {
    const body = encodeCall(methodName, params);
    const headers = { 'Content-Type': 'text/xml' };
    const response = await fetch(served.url(), { method: 'POST', headers, body });
    return response.text();
  }

  function views(): number {
    return served.server.mapAnswers.views;
  }

  afterEach(async () => {
    for (const raw of open.splice(0)) raw.destroy();
    const isFree = (): boolean =>
      views() === 0 &&
      served.server.pendingCalls === 0 &&
      Object.values(served.server.heldBytes).every((held) => held === 0);
    await waitUntil(isFree);
    await served.close();
  });

  it('shows the files as they were when its read began to be answered', async () => {
    await start();
    fill();
    const raw = await deafReader();
    expect(views()).to.equal(1);
    update('file 0', []);
    update('new', []);
    raw.socket.resume();
    await untilWhole(raw);
    expect(raw.received.split('<member>').length - 1).to.equal(bigFiles);
    expect(raw.received).to.not.include('<name>new<').and.not.include('<int>2<');
    const expected: [string, XmlValue][] = [...served.replica.files.entries()].map(
      ([name, info]) => [name, [info.version, info.hashlist]],
    );
    expect(await textOf('getfileinfomap')).to.equal(encodeResponse(new Map(expected)));
  });

  it('comes as pages, too', async () => {
    await start();
    fill();
    const names = Array.from({ length: bigFiles }, (_, at) => `file ${at}`).sort();
    for (const [afterName, limit] of [
      ['', 10],
      ['file 5', bigFiles],
    ] as const) {
      const behind = names.filter((name) => name > afterName);
      const files = behind.slice(0, limit).map((name): XmlValue => [name, 1, hashlist]);
      const page = new Map<string, XmlValue>([
        ['files', files],
        ['more', behind.length > limit],
      ]);
      expect(await textOf('getfileinfopage', afterName, limit)).to.equal(encodeResponse(page));
    }
  });

  it('comes as a single file, too, and needs no view of the others', async () => {
    await start({ frozenViewsMax: 1 });
    fill();
    await deafReader();
    const items = Array.from({ length: bigFiles }, () => hashlist).flat();
    update('big', items);
    for (const [name, shown] of [
      ['big', items],
      ['file 1', hashlist],
    ] as const) {
      expect(await textOf('getfileinfo', name)).to.equal(encodeResponse([1, shown]));
    }
    const { unreadAnswers } = served.server.heldBytes;
    const deaf = connection();
    deaf.socket.pause();
    deaf.write(post(encodeCall('getfileinfo', ['big'])));
    // It is one of many, so what is kept for it counts as its own.
    const recordBytes = items.length * 33;
    await waitUntil(() => served.server.heldBytes.unreadAnswers > unreadAnswers + recordBytes);
    update('big', []);
    deaf.socket.resume();
    await untilWhole(deaf);
    expect(deaf.received.endsWith(encodeResponse([1, items]))).to.equal(true);
  });

  it('leaves everything else to be answered, and holds a piece for who does not read', async () => {
    await start();
    fill();
    const readers: RawConnection[] = [];
    while (readers.length < 5) readers.push(await deafReader());
    expect(views()).to.equal(1);
    expect(await served.value('ping')).to.equal(true);
    expect(await served.value('updatefile', 'new', 1, [])).to.equal(true);
    expect(await served.value('getfileinfo', 'new')).to.deep.equal([1, []]);
    expect(served.server.heldBytes.unreadAnswers).to.be.below(readers.length * 70_000);
    for (const raw of readers) raw.socket.resume();
    await Promise.all(readers.map(untilWhole));
    await waitUntil(() => views() === 0);
  });

  it('comes in its place among other calls of its connection', async () => {
    await start();
    fill();
    const raw = connection().write(ping + readMap + readMap + ping);
    const answerBytes = (await textOf('getfileinfomap')).length;
    await waitUntil(() => raw.received.length > 2 * answerBytes);
    await waitUntil(() => /<boolean>1<.*$/.test(raw.received.slice(2 * answerBytes)));
    const answers = raw.received.split('</methodResponse>').map((text) => text.length > 100_000);
    expect(answers).to.deep.equal([false, true, true, false, false]);
  });

  it('is given up when its client is gone', async () => {
    await start();
    fill();
    const raw = await deafReader();
    expect(views()).to.equal(1);
    raw.destroy();
    await waitUntil(() => views() === 0);
  });

  it('is given up when its client reads nothing', async () => {
    await start({ unreadTimeoutMs: 30 });
    fill();
    const raw = await deafReader();
    await waitUntil(() => served.server.connectionCount === 0);
    expect(views()).to.equal(0);
    raw.socket.resume();
    await raw.untilClosed();
    expect(raw.received).to.satisfy(isCutOff);
  });

  it('waits when as many states as may be held are being read, and is up to date', async () => {
    await start({ frozenViewsMax: 2 });
    fill();
    const readers = [await deafReader()];
    expect(views()).to.equal(1);
    update('file 0');
    readers.push(await deafReader());
    expect(views()).to.equal(2);
    update('file 1');
    const waiting = textOf('getfileinfomap');
    const page = textOf('getfileinfopage', '', bigFiles);
    await waitUntil(() => served.server.mapAnswers.waiting === 2);
    expect(served.server.pendingCalls).to.equal(2);
    expect(await served.struct('getfileinfopage', '', 1)).to.have.property('size', 2);
    update('file 2');
    readers[0]?.socket.resume();
    const map = await waiting;
    for (const name of ['file 0', 'file 1', 'file 2']) expect(versionIn(map, name)).to.equal('2');
    expect((await page).split('<string>file').length - 1).to.equal(bigFiles);
  });

  it('does not wait for those that are read from the same state', async () => {
    await start({ frozenViewsMax: 1 });
    fill();
    await deafReader();
    expect(views()).to.equal(1);
    expect((await textOf('getfileinfomap')).split('<member>').length - 1).to.equal(bigFiles);
    expect(views()).to.equal(1);
  });

  it('is waited for no longer than allowed', async () => {
    await start({ frozenViewsMax: 1, frozenViewHoldMs: 100 });
    fill();
    const slow = await deafReader();
    expect(views()).to.equal(1);
    update('file 0');
    expect(versionIn(await textOf('getfileinfomap'), 'file 0')).to.equal('2');
    slow.socket.resume();
    await slow.untilClosed();
    expect(slow.received).to.satisfy(isCutOff);
  });

  it('may take its time while nobody waits', async () => {
    await start({ frozenViewsMax: 2, frozenViewHoldMs: 1 });
    fill();
    const slow = await deafReader();
    expect(views()).to.equal(1);
    update('file 0');
    expect(versionIn(await textOf('getfileinfomap'), 'file 0')).to.equal('2');
    slow.socket.resume();
    await untilWhole(slow);
  });

  it('that waits ends at once when the server can give it no more', async () => {
    await start({ frozenViewsMax: 1 });
    fill();
    await deafReader();
    expect(views()).to.equal(1);
    update('file 0');
    const { replica } = served;
    const wait = async (): Promise<string> => {
      const fault = served.fault('getfileinfomap');
      await waitUntil(() => served.server.mapAnswers.waiting === 1);
      return fault;
    };
    replica.appendNoop();
    const lost = wait();
    await waitUntil(() => served.server.mapAnswers.waiting === 1);
    replica.log.pop();
    expect(await lost).to.match(/^1 not the leader/);
    const deposed = wait();
    await waitUntil(() => served.server.mapAnswers.waiting === 1);
    replica.role = 'follower';
    expect(await deposed).to.match(/^1 not the leader/);
    replica.role = 'leader';
    const crashed = wait();
    await waitUntil(() => served.server.mapAnswers.waiting === 1);
    replica.crash();
    expect(await crashed).to.match(/^2 isCrashed/);
    replica.role = 'leader';
    const impatient = connection().write(readMap);
    await waitUntil(() => served.server.mapAnswers.waiting === 1);
    impatient.destroy();
    await waitUntil(() => served.server.mapAnswers.waiting === 0);
    expect(served.server.pendingCalls).to.equal(0);
  });

  it('of a file that XML cannot carry is a fault, and nothing stays behind', async () => {
    await start();
    update('bad', ['\u0001']);
    fill();
    expect(await served.fault('getfileinfomap')).to.match(/^-32603 internal error/);
    expect(await served.fault('getfileinfopage', 'b', 1)).to.match(/^-32603 internal error/);
    expect(await served.fault('getinternalstate')).to.match(/^-32603 internal error/);
    expect(served.bugs.map(String)).to.deep.equal(
      Array.from({ length: 3 }, () => 'UnencodableError: XML cannot carry the character U+0001'),
    );
  });

  it('has its place in a multicall, which holds no view of the files for long', async () => {
    await start({ frozenViewsMax: 1 });
    fill();
    const names = ['ping', 'getinternalstate', 'getfileinfomap', 'getfileinfomap', 'ping'];
    const calls = names.map((methodName): XmlStruct => new Map([['methodName', methodName]]));
    const withParams = calls.map((call) => new Map<string, XmlValue>([...call, ['params', []]]));
    const results = (await served.value('system.multicall', withParams)) as XmlValue[][];
    expect(results.map((result) => (Array.isArray(result) ? 'value' : 'fault'))).to.deep.equal([
      'value',
      'value',
      'value',
      'fault',
      'fault',
    ]);
    expect(results[1]?.[0]).to.be.instanceOf(Map).and.include.keys('log', 'metaMap');
    expect(results[2]?.[0]).to.have.property('size', bigFiles);
    expect(served.server.mapAnswers).to.deep.equal({ views: 0, waiting: 0 });
  });
});

function versionIn(map: string, name: string): string | undefined {
  const start = `<name>${name}</name><value><array><data><value><int>`;
  return map[map.indexOf(start) + start.length];
}

/** Waits for the first answer as its head announces it. */
async function untilWhole(raw: RawConnection): Promise<void> {
  await raw.until(/\r\n\r\n/);
  const [head = '', length] = /^[^]*?content-length: (\d+)[^]*?\r\n\r\n/i.exec(raw.received) ?? [];
  await waitUntil(() => raw.received.length >= head.length + Number(length));
  expect(raw.received).to.not.satisfy(isCutOff);
}

function isCutOff(received: string): boolean {
  return !received.endsWith('</methodResponse>');
}
