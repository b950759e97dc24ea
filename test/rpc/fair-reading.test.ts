/**
 * A turn of the event loop works for clients for a bounded time, and who was not read then comes
 * first afterwards.
 */
import { expect } from 'chai';
import { FairReading } from '../../src/rpc/fair-reading.js';

const turnWorkMs = 10;

class FakeSocket {
  isRead = true;
  close: () => void = () => undefined;

  pause(): this {
    this.isRead = false;
    return this;
  }

  resume(): this {
    this.isRead = true;
    return this;
  }

  isPaused(): boolean {
    return !this.isRead;
  }

  once(event: string, listener: () => void): this {
    if (event === 'close') this.close = listener;
    return this;
  }
}

describe('reading from clients', () => {
  let nowMs: number;
  let endTurn: () => void;
  let reading: FairReading;
  let sockets: readonly FakeSocket[];

  beforeEach(() => {
    nowMs = 0;
    endTurn = () => undefined;
    reading = new FairReading({
      now: () => nowMs,
      soon: (action) => (endTurn = action),
    });
    sockets = ['a', 'b', 'c'].map(() => add());
  });

  const add = (): FakeSocket => {
    const socket = new FakeSocket();
    reading.add(socket as never);
    return socket;
  };
  const serve = (i: number, workMs: number): void => {
    reading.serve(sockets[i] as never);
    nowMs += workMs;
  };
  /** Requests of a connection that take all of a turn. */
  const serveLong = (i: number): void => {
    serve(i, turnWorkMs);
    serve(i, 0);
  };
  const whoIsRead = (): string => sockets.map(({ isRead }) => (isRead ? '+' : '-')).join('');

  it('goes on in a turn that has worked for a short time only', () => {
    serve(0, turnWorkMs - 1);
    serve(1, 0);
    expect(whoIsRead()).to.equal('+++');
    endTurn();
    // The next turn has its own time.
    serve(2, turnWorkMs - 1);
    serve(0, 0);
    expect(whoIsRead()).to.equal('+++');
  });

  it('ends with the time of the turn, and goes on in the next with who was not read', () => {
    serveLong(0);
    expect(whoIsRead()).to.equal('---');
    endTurn();
    expect(whoIsRead()).to.equal('-++');
    serveLong(2);
    endTurn();
    expect(whoIsRead()).to.equal('-+-');
  });

  it('begins a new round once everybody was read', () => {
    for (const i of [0, 1, 2]) {
      serveLong(i);
      endTurn();
    }
    expect(whoIsRead()).to.equal('+++');
  });

  it('begins a new round, too, once those who are left have little to say', () => {
    serveLong(0);
    endTurn();
    serve(1, 1);
    expect(whoIsRead()).to.equal('-++');
    endTurn();
    expect(whoIsRead()).to.equal('+++');
  });

  it('begins a new round, too, when those who are left say nothing at all', () => {
    serveLong(0);
    const endFirstTurn = endTurn;
    endTurn = () => undefined;
    endFirstTurn();
    expect(whoIsRead()).to.equal('-++');
    endTurn();
    expect(whoIsRead()).to.equal('+++');
  });

  it('is never held up for other servers', () => {
    reading.exempt(sockets[1] as never);
    serveLong(0);
    expect(whoIsRead()).to.equal('-+-');
    reading.exempt(sockets[2] as never);
    expect(whoIsRead()).to.equal('-++');
    // Nor do they use the time of clients.
    endTurn();
    endTurn();
    serveLong(1);
    expect(whoIsRead()).to.equal('+++');
  });

  it('leaves connections paused that others have paused', () => {
    sockets[1]?.pause();
    serveLong(0);
    endTurn();
    expect(whoIsRead()).to.equal('--+');
  });

  it('makes a connection wait that comes when the time is over', () => {
    serveLong(0);
    const late = add();
    expect(late.isRead).to.equal(false);
    endTurn();
    expect(late.isRead).to.equal(true);
  });

  it('forgets connections that are closed', () => {
    serveLong(0);
    sockets[1]?.close();
    sockets[1]?.pause();
    endTurn();
    expect(whoIsRead()).to.equal('--+');
  });
});
