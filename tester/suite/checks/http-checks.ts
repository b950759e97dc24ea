/**
 * What is below the calls: HTTP's own errors, connections that are kept, slow or many.
 */
import { type Check } from '../check.js';
import { CheckFailure } from '../../cluster/check-outcome.js';
import { sampleUpdate, type Cluster } from '../../cluster/cluster.js';
import { expectThat, expectValue } from '../../cluster/expectations.js';
import { describeAnswer, describeValue } from '../../wire/answer.js';
import { formatAddress } from '../../wire/address.js';
import type { RawRequest, Reply, Server } from '../../wire/server.js';

const group = 'http';

/** The longest body that a server takes. */
const bodyBytesMax = 16 * 1024 * 1024;

function pingBody(cluster: Cluster): string {
  const name = cluster.target.spelling.nameOf('ping');
  return `<?xml version="1.0"?><methodCall><methodName>${name}</methodName></methodCall>`;
}

async function expectStatus(
  cluster: Cluster,
  status: number,
  request: Omit<RawRequest, 'body' | 'describedAs'>,
): Promise<void> {
  const server = await cluster.leader();
  const { verb = 'POST', path = '/RPC2', contentType } = request;
  const suffix = contentType === undefined ? '' : ` with Content-Type ${contentType}`;
  const describedAs = `${verb} ${path}${suffix}`;
  const { outcome, answer } = await server.send({
    ...request,
    body: pingBody(cluster),
    describedAs,
  });
  if (outcome.kind === 'response' && outcome.status === status) return;
  const seen =
    outcome.kind === 'response' ? `HTTP status ${outcome.status}` : describeAnswer(answer);
  throw new CheckFailure(`HTTP status ${status}`, seen, `${server.label}, ${describedAs}`);
}

async function otherPathsAreNotFound(cluster: Cluster): Promise<void> {
  await expectStatus(cluster, 404, { path: '/nowhere' });
  await expectStatus(cluster, 404, { path: '/RPC2/further' });
}

async function otherVerbsAreRefused(cluster: Cluster): Promise<void> {
  for (const verb of ['GET', 'PUT', 'DELETE']) await expectStatus(cluster, 405, { verb });
}

async function otherTypesAreRefused(cluster: Cluster): Promise<void> {
  for (const contentType of ['application/json', 'text/plain']) {
    await expectStatus(cluster, 415, { contentType });
  }
  await expectStatus(cluster, 200, { contentType: 'application/xml' });
}

/** A request as bytes. `lines` are the headers beside the host. */
function requestText(server: Server, lines: readonly string[], body: string): string {
  const head = ['POST /RPC2 HTTP/1.1', `Host: ${formatAddress(server.seat.address)}`, ...lines];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

function lengthLine(body: string): string {
  return `Content-Length: ${Buffer.byteLength(body)}`;
}

/** Sends `text` on a connection of its own; a failure unless what comes back matches. */
async function expectReceived(
  cluster: Cluster,
  sent: { readonly server: Server; readonly text: string; readonly describedAs: string },
  expected: RegExp,
): Promise<void> {
  const connection = sent.server.connect();
  connection.send(sent.text);
  const received = await connection.receive(cluster.timing.callMs, (text) => expected.test(text));
  connection.close();
  if (expected.test(received.text)) return;
  const nothing = received.closed ? 'a closed connection' : 'no answer';
  const seen = received.text === '' ? nothing : describeValue(received.text);
  const where = `${sent.server.label}, ${sent.describedAs}`;
  throw new CheckFailure(`an answer like ${String(expected)}`, seen, where);
}

async function missingTypeIsAccepted(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const body = pingBody(cluster);
  const text = requestText(server, [lengthLine(body)], body);
  const describedAs = 'ping without a Content-Type';
  await expectReceived(
    cluster,
    { server, text, describedAs },
    /^HTTP\/1\.[01] 200 .*methodResponse/s,
  );
}

async function longBodiesAreRefused(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const lines = ['Content-Type: text/xml', `Content-Length: ${bodyBytesMax + 1}`];
  const text = requestText(server, lines, '<?xml version="1.0"?>');
  const describedAs = `a body announced with ${bodyBytesMax + 1} bytes`;
  await expectReceived(cluster, { server, text, describedAs }, /^HTTP\/1\.[01] 413 /);
  expectValue(await server.ping(), true);
}

async function strangersAreRefused(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const describedAs = 'bytes that are not HTTP';
  const text = 'these are not the words of HTTP\r\n\r\n';
  await expectReceived(cluster, { server, text, describedAs }, /^HTTP\/1\.[01] 400 /);
  expectValue(await server.ping(), true);
}

/** Three calls, sent at once on one connection, have three answers. */
async function connectionsAreKept(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const body = pingBody(cluster);
  const request = requestText(server, ['Content-Type: text/xml', lengthLine(body)], body);
  const connection = server.connect();
  const countAnswers = (text: string): number => text.split('</methodResponse>').length - 1;
  for (let call = 1; call <= 3; call += 1) {
    connection.send(request);
    const { text } = await connection.receive(
      cluster.timing.callMs,
      (received) => countAnswers(received) >= call,
    );
    if (countAnswers(text) >= call) continue;
    throw new CheckFailure(
      'an answer to each call of one connection',
      `${call - 1} answers to ${call} calls`,
      server.label,
    );
  }
  connection.close();
}

function expectPrompt(cluster: Cluster, reply: Reply): void {
  const limitMs = cluster.timing.promptLimitMs;
  expectThat(reply, 'an answer', () => true);
  if (reply.elapsedMs <= limitMs) return;
  throw new CheckFailure(
    `an answer within ${limitMs} ms`,
    `one after ${Math.round(reply.elapsedMs)} ms`,
    `${reply.server.label}, ${reply.call}`,
  );
}

async function slowSendersDelayNobody(cluster: Cluster): Promise<void> {
  const server = await cluster.leader();
  const lines = ['Content-Type: text/xml', 'Content-Length: 100000'];
  const half = requestText(server, lines, '<?xml version="1.0"?><methodCall>');
  const senders = Array.from({ length: 50 }, () => server.connect());
  for (const sender of senders) sender.send(half);
  const name = cluster.newName('beside-slow');
  for (let version = 1; version <= 5; version += 1) {
    for (const sender of senders) sender.send(' ');
    const reply = await server.update(sampleUpdate(name, version));
    expectValue(reply, true);
    expectPrompt(cluster, reply);
    const ping = await server.ping();
    expectValue(ping, true);
    expectPrompt(cluster, ping);
  }
  for (const sender of senders) sender.close();
}

async function manyConnectionsAreServed(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const names = Array.from({ length: 100 }, () => cluster.newName('crowd'));
  const replies = await Promise.all([
    ...names.map((name) => leader.update(sampleUpdate(name, 1))),
    ...names.map(() => leader.isLeader()),
  ]);
  for (const reply of replies) expectValue(reply, true);
}

/** Clients that hang up before they are answered take nothing with them. */
async function hangUpsHarmNobody(cluster: Cluster): Promise<void> {
  const leader = await cluster.leader();
  const body = pingBody(cluster);
  const whole = requestText(leader, ['Content-Type: text/xml', lengthLine(body)], body);
  for (let cut = 1; cut <= 40; cut += 1) {
    const connection = leader.connect();
    connection.send(whole.slice(0, Math.ceil((whole.length * cut) / 40)));
    if (cut % 4 === 0) await cluster.pause(1);
    connection.close();
  }
  expectValue(await leader.isLeader(), true);
  await cluster.write(leader, cluster.newName('after-hang-up'), [1]);
}

function check(name: string, run: (cluster: Cluster) => Promise<void>): Check {
  return { group, name, needs: [], run };
}

export const httpChecks: readonly Check[] = [
  check('a connection is kept for further calls', connectionsAreKept),
  check('a path that is not served is answered by 404', otherPathsAreNotFound),
  check('a verb other than POST is answered by 405 at /RPC2', otherVerbsAreRefused),
  check('a Content-Type that is not XML is answered by 415', otherTypesAreRefused),
  check('a missing Content-Type is accepted', missingTypeIsAccepted),
  check('a body that is announced with more than 16 MiB is answered by 413', (cluster) =>
    longBodiesAreRefused(cluster),
  ),
  check('bytes that are not HTTP are answered by 400', strangersAreRefused),
  check('senders that are slow do not delay the calls of others', slowSendersDelayNobody),
  check('clients that hang up halfway harm nobody', hangUpsHarmNobody),
  check('200 connections at once are all served', manyConnectionsAreServed),
];
