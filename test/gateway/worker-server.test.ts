/** Limits of a worker, its end, and readers that are slow or go away. */
import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createResponder } from '../../src/gateway/create-responder.js';
import { ContentCache } from '../../src/gateway/content-cache.js';
import {
  ContentLost,
  SourceUnavailable,
  type FileSource,
  type ServedFile,
} from '../../src/gateway/file-source.js';
import { readMethods } from '../../src/gateway/methods.js';
import { headersMsDefault, WorkerServer } from '../../src/gateway/worker-server.js';
import { eventually } from '../e2e/support/eventually.js';
import { ask, Served } from './served.js';

/** One file, whatever the address; it counts what was read of it. */
class OneFile implements FileSource, ServedFile {
  readonly etag = '"one"';
  readonly modifiedMs = 0;
  readonly size: number;
  pieces = 0;
  releases = 0;
  readonly #pieceBytes: number;
  /** Called before each piece is given. */
  onPiece: (piece: number) => void = () => undefined;

  constructor(size: number, pieceBytes: number) {
    this.size = size;
    this.#pieceBytes = pieceBytes;
  }

  find() {
    return Promise.resolve({ kind: 'file' as const, file: this });
  }

  async *read(start: number, end: number): AsyncGenerator<Uint8Array, void> {
    for (let at = start; at < end; at += this.#pieceBytes) {
      await Promise.resolve();
      this.onPiece(this.pieces);
      this.pieces += 1;
      yield new Uint8Array(Math.min(this.#pieceBytes, end - at));
    }
  }

  release(): void {
    this.releases += 1;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const pieceBytes = 64 * 1024;

describe('a worker', () => {
  let served: Served | undefined;
  const sockets: Socket[] = [];

  const serve = async (source: FileSource): Promise<Served> =>
    (served = await Served.start(source));
  const open = async (port: number, text: string): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  };

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await served?.stop();
    served = undefined;
  });

  it('reads no further than its reader does', async () => {
    const source = new OneFile(1024 * 1024 * 1024, pieceBytes);
    const { port } = await serve(source);
    const socket = await open(port, 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.pause();
    let seen = -1;
    await eventually('the worker to wait', 10_000, async () => {
      const isSame = source.pieces > 0 && source.pieces === seen;
      seen = source.pieces;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return isSame ? true : undefined;
    });
    // What the system takes for a connection, and no more.
    expect(seen * pieceBytes).to.be.below(64 * 1024 * 1024);
    expect(source.releases).to.equal(0);
    socket.destroy();
    await eventually('the file to be released', 5_000, () => source.releases || undefined);
  });

  it('breaks off what it cannot read to the end', async () => {
    for (const error of [new ContentLost('changed'), new SourceUnavailable('gone')]) {
      const source = new OneFile(10 * pieceBytes, pieceBytes);
      source.onPiece = (piece) => {
        if (piece === 5) throw error;
      };
      const { port, bugs } = await serve(source);
      const { status, isCut, body } = await ask(port, '/a');
      expect([status, isCut]).to.deep.equal([200, true]);
      expect(body.length).to.be.below(10 * pieceBytes);
      expect(source.releases).to.equal(1);
      expect(bugs).to.deep.equal([]);
      await served?.stop();
    }
  });

  it('tries again when a file is lost before anything was sent', async () => {
    const source = new OneFile(pieceBytes, pieceBytes);
    let losses = 2;
    source.onPiece = () => {
      if (losses-- > 0) throw new ContentLost('changed');
    };
    const { port } = await serve(source);
    const { status, body } = await ask(port, '/a');
    expect([status, body.length]).to.deep.equal([200, pieceBytes]);
    expect(source.releases).to.equal(3);
    losses = 100;
    const gone = await ask(port, '/a');
    expect([gone.status, gone.headers['retry-after']]).to.deep.equal([503, '1']);
  });

  it('says 503 when the source is not available, and 500 for a bug', async () => {
    const source = new OneFile(1, 1);
    source.find = () => Promise.reject(new SourceUnavailable('no majority'));
    const { port, bugs } = await serve(source);
    const { status, headers, body } = await ask(port, '/a');
    expect([status, headers['retry-after']]).to.deep.equal([503, '1']);
    expect(body.toString()).to.contain('no majority');
    expect(bugs).to.deep.equal([]);
    source.find = () => Promise.reject(new TypeError('a bug'));
    expect((await ask(port, '/a')).status).to.equal(500);
    expect(bugs).to.have.length(1);
  });

  it('speaks HTTP/1.0 and 1.1, one request after another', async () => {
    const worker = await serve(new OneFile(5, 5));
    const old = await worker.raw('GET /a HTTP/1.0\r\n\r\n');
    expect(old)
      .to.match(/^HTTP\/1\.1 200 OK\r\n/)
      .and.match(/\r\n\r\n\0{5}$/);
    expect(old).not.to.match(/chunked/i);
    const last = 'GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const many = await worker.raw(`${'GET /a HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(10)}${last}`);
    expect(many.match(/HTTP\/1\.1 200 OK/g)).to.have.length(11);
    expect(await worker.raw('GET /a HTTP/1.1\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /);
  });

  it('refuses what is too long, and what is no HTTP', async () => {
    const worker = await serve(new OneFile(5, 5));
    const path = `/${'a'.repeat(17_000)}`;
    const long = await worker.raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(long).to.match(/^HTTP\/1\.1 414 /);
    const headers = `X: ${'a'.repeat(40_000)}\r\n`;
    const much = await worker.raw(`GET /a HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    expect(much).to.match(/^HTTP\/1\.1 431 /);
    for (const noise of ['\u0016\u0003\u0001\u0002\u0000\r\n\r\n', 'hello there\r\n\r\n']) {
      expect(await worker.raw(noise)).to.match(/^HTTP\/1\.1 400 /);
    }
    const tunnel = await worker.raw('CONNECT example.org:80 HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(tunnel).to.match(/^HTTP\/1\.1 405 /);
  });

  it('cuts off heads that come too slowly, after 10 s unless it is told otherwise', async () => {
    expect(headersMsDefault).to.equal(10_000);
    served = await Served.start(new OneFile(5, 5), { headersMsMax: 200 });
    const { port } = served;
    const socket = await open(port, 'GET /a HTTP/1.1\r\n');
    let answer = '';
    socket.on('data', (piece: Buffer) => (answer += piece.toString()));
    const drip = setInterval(() => socket.write('X: y\r\n'), 50);
    const beganMs = performance.now();
    await once(socket, 'close');
    clearInterval(drip);
    expect(performance.now() - beganMs).to.be.above(100);
    expect(answer).to.match(/^HTTP\/1\.1 408 /);
    // One that has said nothing at all.
    await once((await open(port, '')).resume(), 'close');
    expect((await ask(port, '/a')).status).to.equal(200);
  });

  it('answers what came before that which is no request', async () => {
    const worker = await serve(new OneFile(5, 5));
    const answer = await worker.raw('GET /a HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n');
    expect(answer).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\0{5}HTTP\/1\.1 40[05] /);
  });

  it('keeps 1,000 connections at once', async () => {
    const { port } = await serve(new OneFile(5, 5));
    const request = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';
    const open1000 = await Promise.all(Array.from({ length: 1_000 }, () => open(port, '')));
    const answers = open1000.map(async (socket) => {
      const [piece] = (await once(socket, 'data')) as [Buffer];
      return piece.toString().slice(0, 12);
    });
    for (const socket of open1000) socket.write(request);
    expect(new Set(await Promise.all(answers))).to.deep.equal(new Set(['HTTP/1.1 200']));
  });

  it('ends its running requests, and takes no new ones, when it is closed', async () => {
    const source = new OneFile(2 * pieceBytes, pieceBytes);
    let go: () => void = () => undefined;
    const going = new Promise<void>((resolve) => (go = resolve));
    let isAsked = false;
    const find = async () => {
      isAsked = true;
      await going;
      return source.find();
    };
    const respond = createResponder({
      ...{ source: { find, close: () => going }, listing: false, dotfiles: false },
      onBug: () => undefined,
    });
    const cacheStatistics = () => new ContentCache(0).statistics;
    const server = new WorkerServer({
      respond,
      host: '127.0.0.1',
      port: 0,
      cacheStatistics,
      allow: readMethods,
    });
    const port = await server.listen();
    const idle = await open(port, 'GET /healthcheck HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(idle, 'data');
    const running = await open(port, 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually('the request to arrive', 5_000, () => isAsked || undefined);
    const isGraceful = server.close(5_000);
    await once(idle, 'close');
    let body = '';
    running.setEncoding('latin1').on('data', (piece: string) => (body += piece));
    go();
    await once(running, 'close');
    expect(await isGraceful).to.equal(true);
    expect(body).to.match(/^HTTP\/1\.1 200 /);
    expect(body.length).to.be.above(2 * pieceBytes);
    const [late] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
    expect(late.code).to.equal('ECONNREFUSED');
  });

  it('closes a connection that would be kept once its last answer is sent', async () => {
    const source = new OneFile(64 * 1024 * 1024, pieceBytes);
    const respond = createResponder({
      ...{ source, listing: false, dotfiles: false, onBug: () => undefined },
    });
    const cacheStatistics = () => new ContentCache(0).statistics;
    const server = new WorkerServer({
      respond,
      host: '127.0.0.1',
      port: 0,
      cacheStatistics,
      allow: readMethods,
    });
    const socket = await open(await server.listen(), 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    socket.pause();
    const isGraceful = server.close(20_000);
    socket.resume();
    await once(socket, 'close');
    expect(await isGraceful).to.equal(true);
    expect(socket.bytesRead).to.be.above(source.size);
  });

  it('writes a line for each request that nobody can forge', async () => {
    const lines: string[] = [];
    const source = new OneFile(5, 5);
    const respond = createResponder({
      ...{ source, listing: false, dotfiles: false, onBug: () => undefined },
    });
    const cacheStatistics = () => new ContentCache(0).statistics;
    const log = (line: string) => lines.push(line);
    const options = {
      respond,
      host: '127.0.0.1',
      port: 0,
      cacheStatistics,
      allow: readMethods,
      log,
    };
    const server = new WorkerServer(options);
    const port = await server.listen();
    const headers = {
      'user-agent': 'a"b\\c\té',
      referer: 'http://x/',
      'x-forwarded-for': '1.2.3.4',
    };
    await ask(port, '/a%22"b?c', { headers });
    await ask(port, '/healthcheck', { method: 'HEAD' });
    await eventually('both lines', 5_000, () => (lines.length === 2 ? true : undefined));
    await server.close(0);
    const [time, sent] = [/\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\]/, ' 200 5 '];
    expect(lines[0]).to.match(time);
    expect(lines[0]?.replace(time, '[time]')).to.equal(
      String.raw`1.2.3.4 - - [time] "GET /a%22\x22b?c HTTP/1.1"${sent}` +
        String.raw`"http://x/" "a\x22b\x5cc\x09\xe9"`,
    );
    expect(lines[1]).to.match(/^127\.0\.0\.1 .*"HEAD \/healthcheck HTTP\/1\.1" 200 0 "-" "-"$/);
  });
});
