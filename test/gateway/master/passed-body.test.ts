import { expect } from 'chai';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { PassedBody } from '../../../src/gateway/master/passed-body.js';
import { BodyRefused } from '../../../src/gateway/uploads/body-reader.js';

/** A body that the test writes, and of which it says when it is complete. */
function handRequest() {
  return Object.assign(new PassThrough({ highWaterMark: 1024 * 1024 }), { complete: false });
}

const kibibyte = 1024;

describe('a body that is passed on', () => {
  let request: ReturnType<typeof handRequest>;
  let body: PassedBody;

  const all = async (next: () => Promise<Buffer | undefined>): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    for (let piece = await next(); piece !== undefined; piece = await next()) pieces.push(piece);
    return Buffer.concat(pieces);
  };
  const finish = (): void => {
    request.complete = true;
    request.end();
  };
  const failureOf = (action: Promise<unknown>): Promise<unknown> =>
    action.then(
      () => undefined,
      (error: unknown) => error,
    );

  beforeEach(() => {
    request = handRequest();
    body = new PassedBody(request as unknown as IncomingMessage);
  });

  it('is given again from its beginning, as long as it is kept', async () => {
    const first = body.begin();
    request.write('one ');
    expect((await first())?.toString()).to.equal('one ');
    const second = body.begin();
    expect((await second())?.toString()).to.equal('one ');
    request.write('two');
    finish();
    expect((await all(second)).toString()).to.equal('two');
    expect((await all(body.begin())).toString()).to.equal('one two');
    expect(body.isKept).to.equal(true);
  });

  it('is given to one at a time: who had it before takes nothing of it away', async () => {
    const first = body.begin();
    request.write(Buffer.alloc(200 * kibibyte, 'a'));
    await first();
    const waiting = failureOf(first());
    const second = body.begin();
    // With this it is too long to be kept, while the second has not begun.
    request.write(Buffer.alloc(200 * kibibyte, 'b'));
    expect(await waiting).to.be.instanceOf(BodyRefused);
    finish();
    const whole = await all(second);
    expect(whole.toString('latin1').replace(/(.)\1+/g, '$1')).to.equal('ab');
    expect(whole.length).to.equal(400 * kibibyte);
    expect(body.isKept).to.equal(false);
    expect(() => body.begin()).to.throw();
  });

  it('is refused when its client has gone, also before anybody has asked', async () => {
    request.write('a part');
    request.destroy();
    expect(await failureOf(all(body.begin()))).to.be.instanceOf(BodyRefused);
    const late = new PassedBody(request as unknown as IncomingMessage);
    expect(await failureOf(late.begin()())).to.be.instanceOf(BodyRefused);
  });
});
