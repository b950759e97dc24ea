import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { Certificates } from '../../rpc/support/certificates.js';
import { MasterRig } from './master-rig.js';
import { StandInWorker } from './stand-in-worker.js';

describe('a gateway over TLS', () => {
  let certificates: Certificates;

  before(async function () {
    const made = await Certificates.createOrSkip(this);
    certificates = made;
    await made.makeAuthority('ca');
    for (const name of ['first', 'second']) await made.make(name, 'ca');
  });

  after(async () => {
    await certificates.remove();
  });

  const pair = async (name: string) => ({
    cert: await readFile(certificates.path(`${name}.pem`)),
    key: await readFile(certificates.path(`${name}.key`)),
  });

  it('says so to its workers, and takes another certificate without a new start', async () => {
    const worker = await StandInWorker.start({ bytes: Buffer.from('a file'), etag: '"a"' });
    const rig = await MasterRig.start({ workers: [worker], tls: await pair('first') });
    const ask = async () => {
      const options = { port: rig.port, host: '127.0.0.1', agent: false, path: '/a' };
      const asking = request({ ...options, rejectUnauthorized: false }).end();
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      const { socket } = response;
      if (!(socket instanceof TLSSocket)) throw new Error('the connection is not over TLS');
      const { serialNumber } = socket.getPeerCertificate();
      let text = '';
      for await (const part of response) text += String(part);
      return { serialNumber, text };
    };
    const before = await ask();
    expect(before.text).to.equal('a file');
    expect(worker.requests[0]?.headers['x-forwarded-proto']).to.equal('https');
    await rig.change({ tls: await pair('second') });
    const after = await ask();
    expect(after.text).to.equal('a file');
    expect(after.serialNumber).not.to.equal(before.serialNumber);
    await Promise.all([rig.stop(), worker.close()]);
  });
});
