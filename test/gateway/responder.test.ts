/** What clients see of a folder over HTTP, by a real client and over raw sockets. */
import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { ContentCache } from '../../src/gateway/content-cache.js';
import { FolderSource } from '../../src/gateway/folder-source.js';
import { formatHttpDate } from '../../src/gateway/http-date.js';
import { makeTemporaryFolder, removeTemporaryFolder } from '../io/temporary-folder.js';
import { Served, type Response, type ServedOptions } from './served.js';

const text = Array.from({ length: 1_000 }, (_, line) => `line ${line}\n`).join('');

describe('the answers of a worker', () => {
  let outer: string;
  let folder: string;
  let served: Served;

  const serve = async (options: ServedOptions = {}): Promise<void> => {
    const cache = options.cache ?? new ContentCache(4_000_000);
    served = await Served.start(new FolderSource({ folder, cache }), { ...options, cache });
  };
  const write = async (name: string, bytes: string | Uint8Array, ageMs = 60_000): Promise<void> => {
    await fs.writeFile(join(folder, name), bytes);
    const time = new Date(Date.now() - ageMs);
    await fs.utimes(join(folder, name), time, time);
  };
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    served.ask(path, { headers });
  const tagOf = async (path: string, headers = {}): Promise<string> =>
    (await get(path, headers)).headers.etag ?? '';

  beforeEach(async () => {
    outer = await makeTemporaryFolder();
    folder = join(outer, 'base');
    await fs.mkdir(join(folder, 'sub'), { recursive: true });
    await write('a.txt', '0123456789');
  });
  afterEach(async () => {
    await served.stop();
    await removeTemporaryFolder(outer);
    expect(served.bugs).to.deep.equal([]);
  });

  it('to GET are the file and all that is known of it', async () => {
    await serve();
    const { status, headers, body } = await get('/a.txt');
    expect([status, body.toString()]).to.deep.equal([200, '0123456789']);
    const { mtimeMs } = await fs.stat(join(folder, 'a.txt'));
    expect(headers).to.include({
      'content-length': '10',
      'content-type': 'text/plain; charset=utf-8',
      'accept-ranges': 'bytes',
      'cache-control': 'no-cache',
      'last-modified': formatHttpDate(mtimeMs),
      'x-content-type-options': 'nosniff',
      vary: 'Accept-Encoding',
    });
    expect(headers.etag).to.match(/^"[0-9a-f]{64}"$/);
    expect(headers).not.to.have.property('content-encoding');
    expect((await get('/a.txt?anything=1')).body.toString()).to.equal('0123456789');
  });

  it('to HEAD are those to GET without the body', async () => {
    await write('large.bin', randomBytes(1_000_000));
    await serve({ listing: true });
    for (const path of ['/a.txt', '/large.bin', '/', '/sub', '/absent', '/..']) {
      const [full, head] = [await get(path), await served.ask(path, { method: 'HEAD' })];
      expect(head.body).to.have.length(0);
      expect(head.status).to.equal(full.status);
      const dateless = ({ headers: { date: _, ...others } }: Response) => others;
      expect(dateless(head), path).to.deep.equal(dateless(full));
    }
    const ranged = { method: 'HEAD', headers: { range: 'bytes=0-1' } };
    expect((await served.ask('/a.txt', ranged)).status).to.equal(200);
  });

  it('to OPTIONS name the methods, those to others refuse them', async () => {
    await serve();
    for (const path of ['/a.txt', '/absent', '*']) {
      const { status, headers, body } = await served.ask(path, { method: 'OPTIONS' });
      expect([status, headers.allow, body.length]).to.deep.equal([204, 'GET, HEAD, OPTIONS', 0]);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']) {
      const { status, headers } = await served.ask('/a.txt', {
        ...{ method, body: 'some', headers: { 'content-length': 4 } },
      });
      expect([status, headers.allow], method).to.deep.equal([405, 'GET, HEAD, OPTIONS']);
      expect(headers['x-content-type-options']).to.equal('nosniff');
    }
    expect(await fs.readFile(join(folder, 'a.txt'), 'utf8')).to.equal('0123456789');
    const unknown = await served.raw('BREW /a.txt HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(unknown).to.match(/^HTTP\/1\.1 405 .*\r\nAllow: GET, HEAD, OPTIONS\r\n/);
  });

  it('refuse a body without asking for it', async () => {
    await serve();
    const head = 'PUT /a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n';
    const answer = await served.raw(`${head}Expect: 100-continue\r\n\r\n`);
    expect(answer).to.match(/^HTTP\/1\.1 405 /);
    expect(answer).to.match(/\r\nConnection: close\r\n/i);
  });

  it('look anew each time', async () => {
    await serve();
    expect((await get('/new.txt')).status).to.equal(404);
    await write('new.txt', 'one');
    const first = await get('/new.txt');
    expect([first.status, first.body.toString()]).to.deep.equal([200, 'one']);
    await write('new.txt', 'two');
    const second = await get('/new.txt', { 'if-none-match': first.headers.etag ?? '' });
    expect([second.status, second.body.toString()]).to.deep.equal([200, 'two']);
    expect(second.headers.etag).not.to.equal(first.headers.etag);
    await fs.unlink(join(folder, 'new.txt'));
    expect((await get('/new.txt')).status).to.equal(404);
  });

  it('are the same on another worker', async () => {
    await write('large.bin', randomBytes(1_000_000));
    await serve();
    const tags = [await tagOf('/a.txt'), await tagOf('/large.bin')];
    const copy = join(outer, 'copy');
    await fs.cp(folder, copy, { recursive: true });
    const cache = new ContentCache(0);
    const other = await Served.start(new FolderSource({ folder: copy, cache }));
    const otherTags = [await other.ask('/a.txt'), await other.ask('/large.bin')];
    await other.stop();
    expect(otherTags.map(({ headers }) => headers.etag)).to.deep.equal(tags);
  });

  it('keep conditions', async () => {
    await serve();
    const { etag = '', 'last-modified': modified = '' } = (await get('/a.txt')).headers;
    const notModified = await get('/a.txt', { 'if-none-match': `W/${etag}` });
    expect([notModified.status, notModified.body.length]).to.deep.equal([304, 0]);
    expect(notModified.headers).to.include({ etag, 'cache-control': 'no-cache' });
    expect(notModified.headers).to.include({ vary: 'Accept-Encoding' });
    expect(notModified.headers).not.to.have.property('content-length');
    expect((await get('/a.txt', { 'if-modified-since': modified })).status).to.equal(304);
    expect((await get('/a.txt', { 'if-match': '"other"' })).status).to.equal(412);
    expect((await get('/a.txt', { 'if-match': etag })).status).to.equal(200);
    const old = { 'if-unmodified-since': formatHttpDate(0) };
    expect((await get('/a.txt', old)).status).to.equal(412);
    // Where there is nothing, there is nothing to compare.
    expect((await get('/absent', { 'if-match': '"other"' })).status).to.equal(404);
    expect((await get('/absent', { 'if-none-match': '*' })).status).to.equal(404);
  });

  it('send one range', async () => {
    await write('large.bin', Buffer.alloc(1_000_000, 'abcdefg'));
    await serve();
    const { status, headers, body } = await get('/a.txt', { range: 'bytes=2-4' });
    expect([status, body.toString()]).to.deep.equal([206, '234']);
    expect(headers).to.include({ 'content-range': 'bytes 2-4/10', 'content-length': '3' });
    expect(headers).to.include({ 'content-type': 'text/plain; charset=utf-8' });
    const end = await get('/large.bin', { range: 'bytes=-300000' });
    expect(end.headers['content-range']).to.equal('bytes 700000-999999/1000000');
    expect(end.body.equals(Buffer.alloc(1_000_000, 'abcdefg').subarray(700_000))).to.equal(true);
  });

  it('send several ranges in parts', async () => {
    await serve();
    const { status, headers, body } = await get('/a.txt', { range: 'bytes=7-8, 0-1, 90-99' });
    expect(status).to.equal(206);
    const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(headers['content-type'] ?? '');
    expect(headers).not.to.have.property('content-range');
    expect(headers['content-length']).to.equal(String(body.length));
    const part = (range: string, bytes: string): string =>
      `--${boundary?.[1] ?? ''}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Range: bytes ${range}/10\r\n\r\n${bytes}\r\n`;
    expect(body.toString()).to.equal(
      `${part('7-8', '78')}${part('0-1', '01')}--${boundary?.[1] ?? ''}--\r\n`,
    );
  });

  it('say how long the file is when no range has a byte of it', async () => {
    await write('empty', '');
    await serve();
    for (const [path, size] of [
      ['/a.txt', 10],
      ['/empty', 0],
    ] as const) {
      const { status, headers } = await get(path, { range: 'bytes=10-20' });
      expect([status, headers['content-range']]).to.deep.equal([416, `bytes */${size}`]);
    }
    for (const range of ['bytes=5-2', 'lines=1-2', 'bytes=x']) {
      const { status, body } = await get('/a.txt', { range });
      expect([status, body.toString()], range).to.deep.equal([200, '0123456789']);
    }
  });

  it('send ranges only of the file that If-Range names', async () => {
    await serve();
    const { etag = '', 'last-modified': modified = '' } = (await get('/a.txt')).headers;
    const statusFor = async (ifRange: string): Promise<number> =>
      (await get('/a.txt', { range: 'bytes=0-0', 'if-range': ifRange })).status;
    expect(await statusFor(etag)).to.equal(206);
    expect(await statusFor(modified)).to.equal(206);
    expect(await statusFor('"other"')).to.equal(200);
    expect(await statusFor(formatHttpDate(0))).to.equal(200);
    const failing = { range: 'bytes=0-0', 'if-range': etag, 'if-match': '"other"' };
    expect((await get('/a.txt', failing)).status).to.equal(412);
  });

  it('compress text, under a tag of its own', async () => {
    await write('long.txt', text);
    await write('noise.txt', randomBytes(5_000));
    await serve();
    const plain = await get('/long.txt');
    expect(plain.headers).not.to.have.property('content-encoding');
    const gzip = await get('/long.txt', { 'accept-encoding': 'gzip' });
    expect(gzip.headers).to.include({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(gunzipSync(gzip.body).toString()).to.equal(text);
    const br = await get('/long.txt', { 'accept-encoding': 'gzip, br' });
    expect(br.headers).to.include({ 'content-encoding': 'br' });
    expect(br.headers['content-length']).to.equal(String(br.body.length));
    expect(brotliDecompressSync(br.body).toString()).to.equal(text);
    const tags = [plain, gzip, br].map(({ headers }) => headers.etag ?? '');
    expect(new Set(tags)).to.have.property('size', 3);
    for (const tag of tags) expect(tag).to.match(/^"[0-9a-f]{64}[\w.-]*"$/);
    const again = { 'accept-encoding': 'gzip', 'if-none-match': tags[1] ?? '' };
    expect((await get('/long.txt', again)).status).to.equal(304);
    const mixed = { 'accept-encoding': 'gzip', 'if-none-match': tags[0] ?? '' };
    expect((await get('/long.txt', mixed)).status).to.equal(200);
    // Neither what is small, nor what does not become smaller, nor what is no text.
    for (const path of ['/a.txt', '/noise.txt']) {
      const { headers } = await get(path, { 'accept-encoding': 'gzip, br' });
      expect(headers, path).not.to.have.property('content-encoding');
      expect(headers).to.include({ vary: 'Accept-Encoding' });
    }
  });

  it('send ranges of the plain bytes whatever codings are taken', async () => {
    await write('long.txt', text);
    await serve();
    const { headers, body } = await get('/long.txt', {
      ...{ 'accept-encoding': 'gzip, br', range: 'bytes=0-5' },
    });
    expect(headers).not.to.have.property('content-encoding');
    expect(body.toString()).to.equal('line 0');
    const coded = await tagOf('/long.txt', { 'accept-encoding': 'gzip' });
    const resumed = { 'accept-encoding': 'gzip', range: 'bytes=5-', 'if-range': coded };
    const whole = await get('/long.txt', resumed);
    expect([whole.status, whole.body.toString()]).to.deep.equal([200, text]);
  });

  it('send files that were compressed in advance, unless they are older', async () => {
    await write('long.txt', text, 50_000);
    await write('long.txt.gz', gzipSync(`${text} in advance`), 50_000);
    await serve();
    const gzip = { 'accept-encoding': 'gzip' };
    const advance = await get('/long.txt', gzip);
    expect(gunzipSync(advance.body).toString()).to.equal(`${text} in advance`);
    expect(advance.headers).to.include({
      'content-encoding': 'gzip',
      'content-type': 'text/plain; charset=utf-8',
      vary: 'Accept-Encoding',
    });
    const own = await get('/long.txt.gz', gzip);
    expect(own.body.equals(advance.body)).to.equal(true);
    expect(own.headers['content-type']).to.equal('application/gzip');
    expect(own.headers).not.to.have.property('content-encoding');
    await write('long.txt', `${text} changed`, 40_000);
    const changed = await get('/long.txt', gzip);
    expect(gunzipSync(changed.body).toString()).to.equal(`${text} changed`);
  });

  it('of folders are their index.html, under an address with a final slash', async () => {
    await write('sub/index.html', '<p>sub');
    await serve();
    const { status, headers } = await get('/sub?x=1');
    expect([status, headers.location]).to.deep.equal([301, '/sub/?x=1']);
    const index = await get('/sub/');
    expect([index.status, index.body.toString()]).to.deep.equal([200, '<p>sub']);
    expect(index.headers['content-type']).to.equal('text/html; charset=utf-8');
    expect((await get('/')).status).to.equal(404);
    expect((await get('/a.txt/')).status).to.equal(404);
    // Wherever a browser could be sent by two slashes.
    await fs.mkdir(join(folder, 'example.org'));
    await write('example.org/index.html', '');
    expect((await get('//example.org')).headers.location).to.equal('/example.org/');
    await fs.mkdir(join(folder, 'a é"<'));
    await write('a é"</index.html', '');
    expect((await get('/a%20%C3%A9%22%3C')).headers.location).to.equal('/a%20%C3%A9%22%3C/');
  });

  it('of folders without index.html are nothing, unless they are listed', async () => {
    await serve();
    for (const path of ['/', '/sub/', '/sub']) expect((await get(path)).status).to.equal(404);
  });

  it('list folders as a page, as text and as JSON', async () => {
    await write('<b>&"x\'.txt', 'abc');
    await write('sub/x:y', '1');
    await serve({ listing: true });
    expect((await get('/sub')).headers.location).to.equal('/sub/');
    const page = await get('/', { accept: 'text/html,*/*;q=0.8' });
    expect(page.headers['content-type']).to.equal('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).to.contain("default-src 'none'");
    const html = page.body.toString();
    expect(html).to.contain('href="./sub/"').and.contain('href="./a.txt"').and.contain('10 B');
    expect(html).to.contain('&lt;b&gt;&amp;&quot;x&#39;.txt').and.not.contain('<b>');
    expect(html).to.contain('href="./%3Cb%3E%26%22x&#39;.txt"').and.not.contain('<script');
    expect((await get('/sub/')).body.toString())
      .to.contain('href="./x%3Ay"')
      .and.contain('"../"');
    const plain = await get('/', { accept: 'text/plain' });
    expect(plain.body.toString()).to.equal('<b>&"x\'.txt\na.txt\nsub/\n');
    const json = await get('/', { accept: 'application/json' });
    expect(json.headers).to.include({ 'content-type': 'application/json', vary: 'Accept' });
    const entries = JSON.parse(json.body.toString()) as readonly Record<string, unknown>[];
    expect(entries.map(({ name, type, size }) => [name, type, size])).to.deep.equal([
      ['<b>&"x\'.txt', 'file', 3],
      ['a.txt', 'file', 10],
      ['sub', 'folder', null],
    ]);
    expect(entries[1]?.['modified']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const unchanged = { accept: 'application/json', 'if-none-match': json.headers.etag ?? '' };
    expect((await get('/', unchanged)).status).to.equal(304);
  });

  it('hide names that begin with a dot, unless they are served', async () => {
    await write('.env', 'secret');
    await fs.mkdir(join(folder, '.git'));
    await write('.git/config', 'secret');
    await serve({ listing: true });
    for (const path of ['/.env', '/.git/config', '/.git/', '/.git', '/%2eenv', '/..env']) {
      expect((await get(path)).status, path).to.equal(404);
    }
    expect((await get('/', { accept: 'text/plain' })).body.toString()).to.equal('a.txt\nsub/\n');
    await served.stop();
    await serve({ dotfiles: true, listing: true });
    expect((await get('/.git/config')).body.toString()).to.equal('secret');
    expect((await get('/', { accept: 'text/plain' })).body.toString()).to.contain('.env\n');
  });

  it('never serve files of the names that tell how the gateway is', async () => {
    await write('healthcheck', 'a file');
    await write('status', 'a file');
    await write('sub/status', 'another');
    await serve({ listing: true });
    const health = await served.ask('/healthcheck', { method: 'HEAD' });
    expect([health.status, health.headers['content-length']]).to.deep.equal([200, '0']);
    expect((await get('/healthcheck')).body).to.have.length(0);
    for (const path of ['/status', '/%68ealthcheck', '/%73tatus', '//status']) {
      expect((await get(path)).status, path).to.equal(404);
    }
    expect((await get('/sub/status')).body.toString()).to.equal('another');
    expect((await get('/', { accept: 'text/plain' })).body.toString()).to.equal('a.txt\nsub/\n');
  });

  it('never lead out of the folder, nor tell what is there', async () => {
    await fs.writeFile(join(outer, 'secret'), 'secret');
    await serve({ listing: true, dotfiles: true });
    const ways = [
      ...['/../NAME', '/sub/../../NAME', '/%2e%2e/NAME', '/%252e%252e/NAME', '/..%2fNAME'],
      ...['/..%5cNAME', '/..\\NAME', '/.%00./NAME', '/%c0%ae%c0%ae/NAME', '/sub/..%2f..%2fNAME'],
      ...['//../NAME', '/./../NAME', '/%2e%2e%2fNAME', '/NAME%00', '/..%c0%afNAME', '/...//NAME'],
      ...['http://x/../NAME', '/;/../NAME', '/..;/NAME', '/%uff0e%uff0e/NAME', '/~/../NAME'],
    ];
    for (const way of ways) {
      const [there, missing] = await Promise.all(
        ['secret', 'nothing'].map((name) => get(way.replace('NAME', name))),
      );
      expect(there?.status, way).to.be.oneOf([400, 404]);
      expect(there?.status).to.equal(missing?.status);
      expect(there?.body.toString()).to.equal(missing?.body.toString()).and.not.contain('secret');
    }
  });

  it('to errors are short: a line, a page or an object', async () => {
    await serve();
    const plain = await get('/absent');
    expect(plain.headers).to.include({ 'content-type': 'text/plain; charset=utf-8' });
    expect(plain.headers).to.include({ 'cache-control': 'no-store' });
    expect(plain.body.toString()).to.equal('404 Not Found: there is no such file here.\n');
    const page = await get('/absent', { accept: 'text/html' });
    expect(page.body.toString()).to.contain('<h1>404 Not Found</h1>');
    const json = await get('/absent', { accept: 'application/json' });
    expect(JSON.parse(json.body.toString())).to.deep.equal({ error: 'there is no such file here' });
  });
});
