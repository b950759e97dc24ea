/**
 * One block store as the others of its cluster reach it: what a `BlockStore` can do, on this very
 * server. Where servers share a secret or certificates, only they may call these.
 */
import { hashInTurns } from '../../blocks/block-hash.js';
import type { BlockStore } from '../../blocks/block-store.js';
import type { BlockCalls } from '../block-calls.js';
import * as param from '../block-params.js';
import { BlockPieces } from '../block-pieces.js';
import { encodeMember } from '../codec/encode.js';
import { faultCode } from '../codec/fault-code.js';
import { defineMethod, type Caller, type Method } from '../method.js';
import { RpcFault } from '../rpc-fault.js';
import { wrongHash } from './block-methods.js';

const facts = {
  group: 'store',
  wait: 'calls',
  leaderOnly: false,
  answersWhenCrashed: false,
} as const;

export function storeMethods(own: BlockStore, calls: BlockCalls): readonly Method[] {
  return [
    put(own, calls),
    get(own, calls),
    present(own, calls),
    list(own, calls),
    remove(own, calls),
  ];
}

function put(own: BlockStore, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'blockstore_put',
    params: [param.hash, param.block],
    result: 'boolean',
    help: 'Keeps a block in the store of this server. True once it is on disk.',
    run: ([hash, bytes], reply, caller) => {
      refuseStrangers(caller);
      return calls.change(reply, {
        prepare: async () => {
          const actual = await hashInTurns(bytes);
          if (actual !== hash) throw wrongHash('blockstore_put', hash, actual);
        },
        work: async () => {
          await own.put(hash, bytes);
          return { kind: 'value', value: true };
        },
      });
    },
  });
}

function get(own: BlockStore, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'blockstore_get',
    params: [param.hash],
    result: 'struct',
    longAnswer: 'ofRead',
    help:
      'What the store of this server has of a block: {kind, bytes} where kind is "found", or ' +
      '{kind} where it is "missing" or "damaged".',
    run: ([hash], reply, caller) => {
      refuseStrangers(caller);
      return calls.read(reply, async () => {
        const read = await own.get(hash);
        if (read.kind !== 'found') {
          return { kind: 'value', value: new Map([['kind', read.kind]]) };
        }
        return { kind: 'pieces', pieces: new BlockPieces(read.bytes, beforeBytes, behindBytes) };
      });
    },
  });
}

const beforeBytes = `<value><struct>${encodeMember('kind', 'found')}<member><name>bytes</name>`;
const behindBytes = '</member></struct></value>';

function present(own: BlockStore, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'blockstore_present',
    params: [param.hashes],
    result: 'array',
    longAnswer: 'ofRead',
    help: 'Those of the hashes whose blocks the store of this server has; they become young.',
    run: ([hashes], reply, caller) => {
      refuseStrangers(caller);
      return calls.answer(reply, async () => {
        return { kind: 'value', value: [...(await own.present(hashes))] };
      });
    },
  });
}

function list(own: BlockStore, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'blockstore_list',
    params: [param.afterHash, param.listLimit],
    result: 'array',
    longAnswer: 'ofRead',
    help:
      'The next blocks of the store of this server in the order of their hashes: [[hash, bytes, ' +
      'ageMs], …], with the number of bytes and the time since the block was put or named.',
    run: ([after, limit], reply, caller) => {
      refuseStrangers(caller);
      return calls.answer(reply, async () => {
        const page = await own.list(after, limit);
        const value = page.map(({ hash, bytes, ageMs }) => [hash, bytes, Math.floor(ageMs)]);
        return { kind: 'value', value };
      });
    },
  });
}

function remove(own: BlockStore, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'blockstore_remove',
    params: [param.hash, param.minAgeMs],
    result: 'boolean',
    help: 'Takes a block out of the store of this server, unless it is younger. True when it went.',
    run: ([hash, minAgeMs], reply, caller) => {
      refuseStrangers(caller);
      return calls.change(reply, {
        work: async () => ({ kind: 'value', value: await own.remove(hash, minAgeMs) }),
      });
    },
  });
}

/** As for the calls of Raft: the form of a call is checked before, the crash switch after this. */
function refuseStrangers({ peerMistake }: Caller): void {
  if (peerMistake === undefined) return;
  throw new RpcFault(faultCode.unauthorised, `unauthorised: ${peerMistake}`);
}
