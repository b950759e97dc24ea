/**
 * The corpus of legal and hostile bodies against a real port: each refused one gets its fault, and
 * the server goes on as if nothing had been.
 */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { decodeResponse } from '../../src/rpc/codec/response-decoder.js';
import { AssertionError } from '../../src/base/assert.js';
import { retainedBytes } from './support/retained-bytes.js';
import { ServedReplica } from './support/served-replica.js';
import { waitUntil } from './support/wait-until.js';

const folder = new URL('../../../test/fixtures/xmlrpc/', import.meta.url);

interface Fixture {
  readonly file: string;
  readonly fault?: number;
}

describe('hostile calls', () => {
  let served: ServedReplica;

  beforeEach(async () => {
    served = await ServedReplica.start();
  });

  afterEach(() => served.close());

  it('get the faults of the corpus, and change nothing', async () => {
    const manifest = readFileSync(new URL('manifest.json', folder), 'utf8');
    const refused = (JSON.parse(manifest) as Fixture[]).filter(({ fault }) => fault !== undefined);
    expect(refused).to.have.length.above(50);
    for (const { file, fault } of refused) {
      const body = readFileSync(new URL(file, folder));
      const response = await fetch(served.url(), { method: 'POST', body });
      expect(response.status, file).to.equal(200);
      const decoded = decodeResponse(new Uint8Array(await response.arrayBuffer()));
      expect(decoded, file).to.have.nested.property('fault.code', fault);
    }
    expect(served.replica.log).to.deep.equal([]);
    expect(served.bugs).to.deep.equal([]);
  });

  it('of 64 MiB are refused while memory stays flat', async () => {
    const chunk = Buffer.alloc(64 * 1024, '<array>');
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += chunk.length;
        if (sent > 64 * 1024 * 1024) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const before = retainedBytes();
    const outcome = await fetch(served.url(), { method: 'POST', body, duplex: 'half' }).then(
      async (response) => decodeResponse(new Uint8Array(await response.arrayBuffer())),
      () => undefined,
    );
    // Either the answer arrived, or the connection was closed while we were still sending.
    if (outcome !== undefined) expect(outcome).to.have.nested.property('fault.code', -32600);
    expect(retainedBytes() - before).to.be.below(20 * 1024 * 1024);
    await waitUntil(() => served.server.heldBytes.partialCalls === 0);
    expect(await served.value('ping')).to.equal(true);
  });
});

describe('a broken invariant in a handler', () => {
  it('is told to the caller as -32603, and then stops the process', async () => {
    const served = await ServedReplica.start();
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const stopped = new Promise<unknown>((resolve) => {
      process.once('uncaughtException', resolve);
    });
    try {
      served.replica.isCrashed = () => {
        throw new AssertionError('broken');
      };
      expect(await served.fault('iscrashed')).to.match(/^-32603 internal error/);
      expect(await stopped).to.be.instanceOf(AssertionError);
      expect(served.bugs).to.have.lengthOf(1);
    } finally {
      for (const listener of listeners) process.on('uncaughtException', listener);
      await served.close();
    }
  });
});
