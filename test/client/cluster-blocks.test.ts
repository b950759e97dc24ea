/** The blocks of a cluster through any of its servers, while some of them are not well. */
import { expect } from 'chai';
import { hashOf } from '../../src/blocks/block-hash.js';
import { BlocksRefused, InvalidArgument, Unreachable } from '../../src/client/client-errors.js';
import { ClusterBlocks } from '../../src/client/cluster-blocks.js';
import { failureOf } from './failure-of.js';
import { cut, fault, hang, ScriptedServer, value, type Reply } from './scripted-server.js';

const bytes = Buffer.from('bytes');
const hash = hashOf(bytes);
const silenceMs = 100;
const timeoutMs = 400;

describe('the blocks of a cluster', () => {
  let servers: ScriptedServer[];
  let blocks: ClusterBlocks;

  beforeEach(async () => {
    servers = await Promise.all([0, 1, 2].map((id) => ScriptedServer.start(id)));
    const endpoints = servers.map(({ endpoint }) => endpoint);
    blocks = new ClusterBlocks(endpoints, { silenceMs, timeoutMs });
  });

  afterEach(async () => {
    blocks.close();
    await Promise.all(servers.map((server) => server.stop()));
  });

  const answer = (...replies: readonly Reply[]): void => {
    for (const [i, reply] of replies.entries()) {
      const server = servers[i];
      if (server !== undefined) server.onCall = () => reply;
    }
  };
  const calls = (): readonly number[] => servers.map(({ received }) => received.length);

  it('puts, gets and asks for what is missing', async () => {
    answer(value(true));
    await blocks.put(hash, bytes);
    answer(value(bytes));
    expect(await blocks.get(hash)).to.deep.equal(bytes);
    answer(value([hash]));
    expect([...(await blocks.missing([hash]))]).to.deep.equal([hash]);
    expect(servers[0]?.received.map(({ method }) => method)).to.deep.equal([
      'putblock',
      'getblock',
      'missingblocks',
    ]);
    expect(calls()).to.deep.equal([3, 0, 0]);
  });

  for (const [name, reply] of [
    ['refuses', fault(2, 'isCrashed')],
    ['has too few stores', fault(8, 'too few block stores')],
    ['cuts the connection', cut],
    ['is silent', hang],
    ['answers something else', value('what?')],
    ['sends other bytes', value(Buffer.from('others'))],
    ['does not have the block', fault(7, 'block not found')],
  ] as const) {
    it(`turns to the next server when one ${name}, and stays there`, async () => {
      answer(reply, reply, value(bytes));
      expect(await blocks.get(hash)).to.deep.equal(bytes);
      expect(calls()).to.deep.equal([1, 1, 1]);
      expect(await blocks.get(hash)).to.deep.equal(bytes);
      expect(calls()).to.deep.equal([1, 1, 2]);
    });
  }

  it('takes the answer of a server that was silent for a while', async () => {
    answer(hang, hang, hang);
    const got = blocks.get(hash);
    while (calls()[2] === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    servers[0]?.release(value(bytes));
    expect(await got).to.deep.equal(bytes);
  });

  it('says that there is no block once no server has it', async () => {
    answer(fault(7, 'block not found'), hang, fault(2, 'isCrashed'));
    expect(await blocks.get(hash)).to.equal(undefined);
  });

  it('asks again, and gives up in the end, saying how many servers answered', async () => {
    answer(fault(8, 'too few block stores: none'), cut, hang);
    const refused = await failureOf(blocks.put(hash, bytes));
    expect(refused).to.be.instanceOf(BlocksRefused);
    expect(refused.message).to.match(/^1 of 3 servers answered; /);
    answer(cut, cut, cut);
    const unreachable = await failureOf(blocks.missing([hash]));
    expect(unreachable).to.be.instanceOf(Unreachable);
    expect(unreachable.message).to.match(/^0 of 3 servers answered; /);
    expect(calls()[1]).to.be.above(2);
  });

  it('does not repeat what is wrong', async () => {
    answer(fault(-32602, 'argument 1 (hash) of putblock'));
    expect(await failureOf(blocks.put(hash, bytes))).to.be.instanceOf(InvalidArgument);
    expect(calls()).to.deep.equal([1, 0, 0]);
  });

  it('ends what is under way when it is closed', async () => {
    answer(hang, hang, hang);
    const failure = failureOf(blocks.get(hash));
    blocks.close();
    expect(await failure).to.be.instanceOf(Unreachable);
  });
});
