/** What is seen at an address where a server should be. */
import { expect } from 'chai';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { lookAtServer } from '../../src/client/look-at-server.js';
import type { Seen } from '../../src/doctor/cluster-look.js';
import { Certificates } from '../rpc/support/certificates.js';
import { ServedReplica } from '../rpc/support/served-replica.js';

const host = '127.0.0.1';

describe('a look at a server', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.close();
    server = undefined;
  });

  async function listen(listening: Server): Promise<number> {
    server = listening;
    listening.listen(0, host);
    await once(listening, 'listening');
    return (listening.address() as AddressInfo).port;
  }

  const look = (port: number, timeoutMs = 5_000): Promise<Seen> =>
    lookAtServer({ host, port }, {}, timeoutMs);

  const lookAt = async (answer: RequestListener): Promise<Seen> => {
    const serving = createHttpServer(answer);
    const seen = await look(await listen(serving));
    serving.closeAllConnections();
    return seen;
  };

  it('sees its report, and by how much its clock is ahead', async () => {
    const served = await ServedReplica.start();
    served.nowMs = Date.now() + 3_600_000;
    const seen = await look(served.port);
    await served.close();
    expect(seen).to.have.nested.property('report.serverId', 0);
    expect(seen).to.have.property('clockAheadMs').that.is.within(3_595_000, 3_605_000);
  });

  it('sees that nothing listens', async () => {
    const port = await listen(createServer());
    server?.close();
    expect(await look(port)).to.deep.include({ kind: 'silent', why: 'refused' });
  });

  it('sees that somebody listens and is mute, within its time', async () => {
    const port = await listen(createServer((socket) => socket.on('error', () => undefined)));
    expect(await look(port, 50)).to.deep.equal({
      ...{ kind: 'silent', why: 'mute', reason: 'no answer within 50 ms' },
    });
  });

  it('sees that a name has no address', async () => {
    const seen = await lookAtServer({ host: 'no-such-host.invalid', port: 1 }, {}, 5_000);
    expect(seen).to.deep.include({ kind: 'silent', why: 'unknownHost' });
  });

  it('sees strangers: other pages and statuses, what is no HTTP, what does not end', async () => {
    const notFound = await lookAt((_request, response) => response.writeHead(404).end());
    expect(notFound).to.deep.equal({
      ...{ kind: 'stranger', reason: 'HTTP status 404 for /status' },
    });
    const page = await lookAt((_request, response) => response.end('<html>'));
    expect(page).to.have.property('reason').that.includes('is not that of a server');
    const endless = await lookAt((_request, response) => {
      const write = (): void => void response.write('x'.repeat(1_000_000), write);
      response.on('error', () => undefined);
      write();
    });
    expect(endless).to.have.property('reason').that.includes('does not end');
    const port = await listen(createServer((socket) => socket.end('220 mail\r\n')));
    const other = await look(port);
    expect(other).to.have.property('kind', 'stranger');
    expect(other).to.have.property('reason').that.includes('it speaks no HTTP');
  });

  it('sees a server over TLS, and that it refuses whoever speaks none', async function () {
    const certificates = await Certificates.createOrSkip(this);
    await certificates.makeAuthority('ca');
    await certificates.make('server', 'ca');
    const tls = await certificates.identity('server', 'ca');
    const served = await ServedReplica.start({ tls });
    try {
      const endpoint = { host, port: served.port };
      const seen = await lookAtServer(endpoint, { tls }, 5_000);
      expect(seen).to.have.property('kind', 'report');
      const plain = await lookAtServer(endpoint, {}, 5_000);
      expect(plain).to.have.property('kind', 'refusing');
      await certificates.makeAuthority('others');
      const other = await certificates.identity('server', 'others');
      const distrusting = await lookAtServer(endpoint, { tls: other }, 5_000);
      expect(distrusting).to.have.property('kind', 'refusing');
      expect(distrusting).to.have.property('reason').that.includes('of no authority in the file');
    } finally {
      await served.close();
      await certificates.remove();
    }
  });
});
