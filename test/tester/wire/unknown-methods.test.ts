/**
 * How servers of other makes say that they lack a method, and what only sounds like it.
 */
import { expect } from 'chai';
import { saysMethodUnknown } from '../../../tester/wire/answer.js';

describe('the fault of an unknown method', () => {
  const unknown: readonly (readonly [code: number, text: string])[] = [
    [-32601, ''],
    [1, '<class \'Exception\'>:method "surfstore.ping" is not supported'],
    [0, 'No such handler: surfstore'],
    [-506, "Method 'surfstore.ping' not defined"],
    [1, 'rpc: can\'t find method "surfstore.ping"'],
    [300, 'Unknown method: surfstore.ping'],
    [-1, 'XML-RPC method surfstore.ping does not exist'],
    [-1, 'Requested method not found'],
  ];
  for (const [code, text] of unknown) {
    it(`is ${code} "${text}"`, () => {
      expect(saysMethodUnknown({ kind: 'fault', code, text })).to.equal(true);
    });
  }

  const known: readonly (readonly [code: number, text: string])[] = [
    [1, 'not the leader: the leader is not known'],
    [2, 'isCrashed'],
    [1, "<class 'TypeError'>:ping() takes 1 positional argument but 2 were given"],
    [-32602, 'updatefile expects a version'],
    [1, "<class 'KeyError'>:'never-seen'"],
  ];
  for (const [code, text] of known) {
    it(`is not ${code} "${text}"`, () => {
      expect(saysMethodUnknown({ kind: 'fault', code, text })).to.equal(false);
    });
  }
});
