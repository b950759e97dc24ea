/** Long bodies take turns with everything else in the process. */
import { expect } from 'chai';
import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { ByteBudget } from '../../src/rpc/byte-budget.js';
import { receiveCall, type ReceivedCall } from '../../src/rpc/call-body.js';
import { decodeCall } from '../../src/rpc/codec/call-decoder.js';
import { encodeCall } from '../../src/rpc/codec/encode.js';
import { Turns } from '../../src/rpc/turns.js';
import { countBase64 } from './support/base64-work.js';
import { waitUntil } from './support/wait-until.js';

const pieceBytes = 64 * 1024;
const longCall = Buffer.from(
  encodeCall('updatefile', ['f', 1, Array.from({ length: 100_000 }, (_, item) => item)]),
);

class Body {
  readonly request = new IncomingMessage(new Socket());
  readonly received: ReceivedCall[] = [];
  readonly budget = new ByteBudget(2 ** 30);
  pieces = 0;

  constructor(turns: Turns, call = longCall) {
    const { budget } = this;
    const options = { bytesMax: 2 ** 24, announcedBytes: call.length, budget, turns };
    const onPiece = () => (this.pieces += 1);
    const decode = (body: Uint8Array) => decodeCall(body);
    receiveCall(this.request, { ...options, decode, onPiece }, (received) => {
      this.received.push(received);
    });
  }

  /** All that the socket has, at once. */
  arrive(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      this.request.push(bytes.subarray(at, at + pieceBytes));
    }
  }
}

/** How often the event loop went round until `condition` held. */
async function turnsUntil(condition: () => boolean): Promise<number> {
  let count = 0;
  for (; !condition(); count += 1) await new Promise((resolve) => setImmediate(resolve));
  return count;
}

describe('a long body', () => {
  it('lets others have their turn between its pieces', async () => {
    const body = new Body(new Turns());
    body.arrive(longCall);
    body.request.push(null);
    const turns = await turnsUntil(() => body.received.length > 0);
    expect(turns).to.be.at.least(Math.floor(longCall.length / pieceBytes) - 1);
    expect(body.received).to.have.length(1);
    expect(body.received[0]?.kind).to.equal('call');
    expect(body.budget.bytes).to.equal(0);
  });

  it('of a block is decoded as it comes, with and without line breaks', async () => {
    const block = Buffer.alloc(12_000_000, 'block');
    const digits = block.toString('base64');
    for (const written of [digits, digits.replace(/.{76}/g, '$&\n')]) {
      const tags = encodeCall('putblock', [Buffer.alloc(0)]);
      const call = Buffer.from(tags.replace('<base64>', () => `<base64>${written}`));
      // One piece in a turn, whatever the clock says.
      const body = new Body(new Turns({ turnWorkMs: 0 }), call);
      const { most, total } = await countBase64(async () => {
        body.arrive(call);
        body.request.push(null);
        await turnsUntil(() => body.received.length > 0);
      });
      expect(body.received[0]?.kind).to.equal('call');
      expect(total).to.be.at.least(12_000_000);
      // What is held until it is known to be long, and a piece.
      expect(most).to.be.at.most(256 * 1024 + 2 * pieceBytes);
    }
  });

  it('is read side by side with others', async () => {
    const turns = new Turns();
    const bodies = [new Body(turns), new Body(turns), new Body(turns)];
    for (const body of bodies) {
      body.arrive(longCall);
      body.request.push(null);
    }
    await waitUntil(() => bodies.every(({ received }) => received.length === 1));
  });

  it('is forgotten when its client hangs up in the middle', async () => {
    const body = new Body(new Turns());
    body.arrive(longCall.subarray(0, longCall.length / 2));
    body.request.destroy();
    await once(body.request, 'close');
    await turnsUntil(() => body.budget.bytes === 0);
    expect(body.received).to.deep.equal([]);
  });
});

describe('pieces of long work', () => {
  it('leave the rest to the next turn when their time is up', async () => {
    const turns = new Turns();
    let done = 0;
    for (let piece = 0; piece < 3; piece += 1) {
      turns.take(() => {
        done += 1;
        const endMs = performance.now() + 20;
        while (performance.now() < endMs);
      });
    }
    expect(await turnsUntil(() => done === 3)).to.be.at.least(3);
  });
});
