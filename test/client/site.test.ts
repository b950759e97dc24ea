/** The client's calls for the site, to real ports of a replica that is none. */
import { expect } from 'chai';
import { ClusterClient } from '../../src/client/cluster-client.js';
import {
  NotLeader,
  OutcomeUnknown,
  UnexpectedAnswer,
  Unreachable,
} from '../../src/client/client-errors.js';
import { SiteServer } from '../../src/client/site-server.js';
import { ClusterSecret } from '../../src/rpc/cluster-secret.js';
import { host, ServedReplica } from '../rpc/support/served-replica.js';
import { waitUntil } from '../rpc/support/wait-until.js';
import * as words from '../site/site-words.js';

const secret = new ClusterSecret('open~Sesame!');

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('the client of the site', () => {
  let served: ServedReplica;
  let client: ClusterClient;
  let server: SiteServer;

  beforeEach(async () => {
    served = await ServedReplica.start({ secret });
    const endpoint = { id: 0, host, port: served.port };
    client = new ClusterClient([endpoint], { secret, silenceMs: 50, timeoutMs: 300 });
    server = new SiteServer(endpoint, { secret });
  });

  afterEach(async () => {
    client.close();
    server.close();
    await served.close();
  });

  it('changes and reads the site of a guarded cluster', async () => {
    const { result, index } = await client.updateSite(words.signUp(1));
    expect(result).to.deep.equal({ kind: 'done' });
    const reading = await server.read({ type: 'counts' }, index, 1_000);
    expect(reading.answer?.counts.users).to.equal(1);
    expect((await server.read({ type: 'counts' }, index + 1, 1_000)).answer).to.equal(null);
  });

  it('says that it may not, without the secret', async () => {
    const stranger = new SiteServer(server.endpoint);
    const error = await failureOf(stranger.read({ type: 'counts' }, 0, 1_000));
    expect(error).to.be.instanceOf(UnexpectedAnswer);
    expect((error as Error).message).to.contain("lacks the cluster's secret");
    stranger.close();
  });

  it('ends when its caller waits no longer, and says that the outcome is unknown', async () => {
    served.replica.isHolding = true;
    const ending = new AbortController();
    const failure = failureOf(client.updateSite(words.signUp(1), ending.signal));
    await waitUntil(() => served.replica.heldCount === 1);
    ending.abort();
    expect(await failure).to.be.instanceOf(OutcomeUnknown);
    await waitUntil(() => served.replica.hangUpCount === 1);
    served.replica.release();
    expect((await client.updateSite(words.signUp(1))).result).to.deep.equal({ kind: 'done' });
  });

  it('asks nobody any more when its caller has gone before', async () => {
    const error = await failureOf(client.updateSite(words.signUp(1), AbortSignal.abort()));
    expect(error).to.be.instanceOf(Unreachable);
    expect(served.replica.log).to.deep.equal([]);
  });

  it('tells that nobody leads, and reads all the same', async () => {
    served.replica.role = 'follower';
    served.replica.leaderId = undefined;
    expect(await failureOf(client.updateSite(words.signUp(1)))).to.be.instanceOf(NotLeader);
    expect((await server.read({ type: 'viewer' }, 0, 1_000)).answer?.viewer).to.equal(null);
  });

  it('gives a server up that does not answer in time', async () => {
    const silent = new SiteServer({ id: 9, host: '127.0.0.1', port: 1 });
    const error = await failureOf(silent.read({ type: 'counts' }, 0, 500));
    expect(error).to.be.instanceOf(Unreachable);
    silent.close();
  });
});
