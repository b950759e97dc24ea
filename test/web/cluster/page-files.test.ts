/** The files of the live page: whole, of one version, and all there is to load. */
import { expect } from 'chai';
import { readPageFiles } from '../../../src/web/cluster/page-files.js';
import { ServedReplica } from '../../rpc/support/served-replica.js';

describe('the files of the live page', () => {
  const files = readPageFiles();

  it('hold everything that the script imports, and nothing of Node', () => {
    const paths = [files.script, ...files.modules];
    expect(paths.length).to.be.above(10);
    for (const path of paths) {
      const body = files.get(path)?.body ?? '';
      expect(body, path).not.to.match(/from '(?!\.)/);
      expect(body, path).not.to.include('sourceMappingURL');
      for (const [, specifier = ''] of body.matchAll(/from '(\.[^']+)'/g)) {
        expect(paths, `${path} imports ${specifier}`).to.include(resolve(path, specifier));
      }
    }
  });

  it('name no other origin', () => {
    for (const path of [files.style, files.icon, files.script, ...files.modules]) {
      const body = files.get(path)?.body ?? '';
      const places = [...body.matchAll(/https?:\/\/[\w.]+/g)].map(([place]) => place);
      expect(
        places.filter((place) => place !== 'http://www.w3.org'),
        path,
      ).to.deep.equal([]);
    }
  });

  it('are the same each time, under a path that tells their version', () => {
    expect(readPageFiles().script).to.equal(files.script);
    expect(files.script).to.match(/^\/page\/[\w-]{16}\/web\/cluster\/browser\/main\.js$/);
    expect(files.get('/page/other/style.css')).to.equal(undefined);
  });
});

describe('the live page over HTTP', () => {
  let served: ServedReplica;

  before(async () => {
    served = await ServedReplica.start({ isLive: true });
  });

  after(() => served.close());

  it('may load its own files, and speak to the servers of the cluster', async () => {
    const response = await fetch(served.url('/'));
    expect(response.headers.get('cache-control')).to.equal('no-store');
    const policy = response.headers.get('content-security-policy')?.split('; ');
    expect(policy).to.include.members([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self' http://localhost:9501 http://localhost:9502 http://localhost:9503",
      "frame-ancestors 'none'",
    ]);
    const page = await response.text();
    expect(page).to.not.match(/<script(?![^>]* src=)|<style|\son\w+=|style=/);
    const paths = [...page.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(
      ([, path = '']) => path,
    );
    expect(paths.length).to.be.above(10);
    for (const path of paths) {
      const file = await fetch(served.url(path));
      expect(file.status, path).to.equal(200);
      expect(file.headers.get('cache-control')).to.include('immutable');
      expect(file.headers.get('x-content-type-options')).to.equal('nosniff');
      await file.arrayBuffer();
    }
  });

  it('tells readers without scripts what this server believes', async () => {
    const page = await (await fetch(served.url('/'))).text();
    expect(page).to.match(/<noscript>[^]*Server 0: leader[^]*Committed up to[^]*<\/noscript>/);
  });

  it('has a file under no other path, and answers HEAD', async () => {
    const head = await fetch(served.url(readPageFiles().style), { method: 'HEAD' });
    expect(head.status).to.equal(200);
    expect(Number(head.headers.get('content-length'))).to.be.above(1_000);
    for (const path of ['/page/', '/page/x/style.css', `${readPageFiles().style}/..`]) {
      expect((await fetch(served.url(path))).status, path).to.equal(404);
    }
  });
});

function resolve(path: string, specifier: string): string {
  return new URL(specifier, new URL(path, 'http://localhost/')).pathname;
}
