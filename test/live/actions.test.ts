/** What the buttons of the page do: the calls, and the commands that do the same. */
import { expect } from 'chai';
import {
  commandOf,
  crashAction,
  healAction,
  partitionAction,
  restoreAction,
  transferAction,
  updateAction,
} from '../../src/live/actions.js';
import { loseContact } from '../../src/live/cluster-state.js';
import { feedEventNames } from '../../src/live/feed.js';
import { isOneOf } from '../../src/live/place.js';
import { readFeedEvent } from '../../src/live/read-feed.js';
import { encodeXmlCall, findTextMistake } from '../../src/live/xml-call.js';
import { decodeCall } from '../../src/rpc/codec/call-decoder.js';
import { heard } from './states.js';

describe('an action of the page', () => {
  it('is a call, and a command', () => {
    expect(crashAction(2, 'h:1')).to.deep.equal({
      calls: [{ server: 2, method: 'crash', params: [] }],
      command: 'npx surfraft crash h:1 2',
    });
    expect(restoreAction(2, 'h:1').command).to.equal('npx surfraft restore h:1 2');
    expect(transferAction(2, 'h:1').calls[0]?.method).to.equal('setleader');
  });

  it('keeps servers apart in both directions, and leaves cuts as they are', () => {
    const state = heard(5, {
      1: { unreachable: [4] },
      2: { unreachable: [3], unreachableDirection: 'send' },
    });
    const action = partitionAction(state, { server: 0, from: [1, 2], isOneWay: false }, 'h:1');
    expect(action.command).to.equal('npx surfraft partition h:1 0 from 1,2');
    const method = 'makeserverunreachablefrom';
    expect(action.calls).to.deep.equal([
      { server: 0, method, params: [[1, 2], 'both'] },
      { server: 1, method, params: [[0, 4], 'both'] },
      { server: 2, method, params: [[0], 'both'] },
    ]);
    const oneWay = partitionAction(state, { server: 0, from: [1], isOneWay: true }, 'h:1');
    expect(oneWay.command).to.equal('npx surfraft partition h:1 0 from 1 --one-way');
    expect(oneWay.calls).to.deep.equal([{ server: 0, method, params: [[1], 'send'] }]);
  });

  it('heals those that can be heard', () => {
    const { calls, command } = healAction(loseContact(heard(3), 1, 1), 'h:1');
    expect(calls.map(({ method, server }) => [method, server])).to.deep.equal([
      ['restore', 0],
      ['restore', 2],
    ]);
    expect(command).to.equal('npx surfraft heal h:1');
  });

  it('is told whom to believe over TLS', () => {
    const action = crashAction(2, 'h:1');
    expect(commandOf(action, 'http')).to.equal('npx surfraft crash h:1 2');
    expect(commandOf(action, 'https')).to.equal('npx surfraft crash h:1 2 --tls-ca FILE');
  });

  it('is written so that a shell takes each word for one', () => {
    const leader = { id: 1, address: 'h:2' };
    const update = { name: "it's $HOME", version: 3, hashes: ['a', ''] };
    expect(updateAction(leader, update).command).to.equal(
      `./run-tester.sh h:2 updatefile 'it'\\''s $HOME' 3 a ''`,
    );
  });
});

describe('a call of the page', () => {
  it('is read by a server as it was meant', () => {
    const params = ['<é&"\r\n 😀', 7, ['a', []]] as const;
    const body = new TextEncoder().encode(encodeXmlCall('updatefile', params));
    const decoded = decodeCall(body, { bytesMax: 10_000, nestedValuesMax: 64 });
    expect(decoded).to.deep.equal({
      kind: 'call',
      call: { methodName: 'updatefile', params },
    });
  });

  it('is not sent with characters that XML cannot carry', () => {
    expect(findTextMistake('a\u0000')).to.match(/cannot be sent/);
    expect(findTextMistake('\ud800')).to.match(/cannot be sent/);
    expect(findTextMistake('tab\t, line\n, 😀')).to.equal(undefined);
  });
});

describe('the place of a page', () => {
  const addresses = ['node0:9001', '127.0.0.1:9002', 'node2:80', '[2001:db8::1]:9003'];

  it('is one of the cluster, however it is written', () => {
    for (const here of [
      'NODE0:9001',
      'localhost:9002',
      '[::1]:9002',
      'node2',
      '[2001:db8::1]:9003',
    ]) {
      expect(isOneOf(here, addresses, 'http'), here).to.equal(true);
    }
  });

  it('is none of it under any other name or port', () => {
    for (const here of [
      'node0',
      'node0:9002',
      'localhost:9001',
      '10.0.0.5:9001',
      '',
      'x/y',
      'a@b',
    ]) {
      expect(isOneOf(here, addresses, 'http'), here).to.equal(false);
    }
    expect(isOneOf('node2', addresses, 'https')).to.equal(false);
  });
});

describe('an event of a feed', () => {
  it('is not believed when it is none', () => {
    for (const data of ['', 'x', 'null', '[]', '{}', '3', '"a"', '[{}]', '{"entries":3}']) {
      for (const name of feedEventNames) {
        if (name === 'messages' && data === '[]') continue;
        expect(readFeedEvent(name, data), `${name} ${data}`).to.equal(undefined);
      }
    }
    const unknown = JSON.stringify({ number: 1, atMs: 2, kind: 'miracle', text: '' });
    expect(readFeedEvent('happening', unknown)).to.equal(undefined);
  });
});
