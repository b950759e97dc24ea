/**
 * One block store as the others of its cluster reach it: what a `BlockStore` can do, on this very
 * server. Where servers share a secret or certificates, only they may call these; where they do
 * not, anybody may, as with the calls of Raft.
 */
import { hashInTurns } from '../../blocks/block-hash.js';
import type { BlockStore } from '../../blocks/block-store.js';
import type { BlockCalls } from '../block-calls.js';
import * as param from '../block-params.js';
import { BlockPieces } from '../block-pieces.js';
import { encodeMember } from '../codec/encode.js';
import { defineMethod, type Method } from '../method.js';
import { optional } from '../param.js';
import type { StoreDoor } from '../store-door.js';
import { wrongHash } from './block-methods.js';

const facts = {
  group: 'store',
  wait: 'calls',
  leaderOnly: false,
  answersWhenCrashed: false,
} as const;

export interface StoreMethodParts {
  readonly own: BlockStore;
  readonly calls: BlockCalls;
  readonly door: StoreDoor;
}

export function storeMethods(parts: StoreMethodParts): readonly Method[] {
  return [put(parts), get(parts), present(parts), list(parts), remove(parts)];
}

function put({ own, calls, door }: StoreMethodParts): Method {
  return defineMethod({
    ...facts,
    name: 'blockstore_put',
    params: [param.hash, param.block, optional(param.from)],
    result: 'boolean',
    help: 'Keeps a block in the store of this server. True once it is on disk.',
    run: ([hash, bytes, from], reply, caller) =>
      door.enter({ caller, from, reply }, (answer) =>
        calls.change(answer, {
          prepare: async () => {
            const actual = await hashInTurns(bytes);
            if (actual !== hash) throw wrongHash('blockstore_put', hash, actual);
          },
          work: async () => {
            await own.put(hash, bytes);
            return { kind: 'value', value: true };
          },
        }),
      ),
  });
}

function get({ own, calls, door }: StoreMethodParts): Method {
  return defineMethod({
    ...facts,
    name: 'blockstore_get',
    params: [param.hash, optional(param.from)],
    result: 'struct',
    longAnswer: 'ofRead',
    help:
      'What the store of this server has of a block: {kind, bytes} where kind is "found", or ' +
      '{kind} where it is "missing" or "damaged".',
    run: ([hash, from], reply, caller) =>
      door.enter({ caller, from, reply }, (answer) =>
        calls.read(answer, async () => {
          const read = await own.get(hash);
          if (read.kind !== 'found') {
            return { kind: 'value', value: new Map([['kind', read.kind]]) };
          }
          return { kind: 'pieces', pieces: new BlockPieces(read.bytes, beforeBytes, behindBytes) };
        }),
      ),
  });
}

const beforeBytes = `<value><struct>${encodeMember('kind', 'found')}<member><name>bytes</name>`;
const behindBytes = '</member></struct></value>';

function present({ own, calls, door }: StoreMethodParts): Method {
  return defineMethod({
    ...facts,
    name: 'blockstore_present',
    params: [param.hashes, optional(param.from)],
    result: 'array',
    longAnswer: 'ofRead',
    help: 'Those of the hashes whose blocks the store of this server has; they become young.',
    run: ([hashes, from], reply, caller) =>
      door.enter({ caller, from, reply }, (answer) =>
        calls.answer(answer, async () => {
          return { kind: 'value', value: [...(await own.present(hashes))] };
        }),
      ),
  });
}

function list({ own, calls, door }: StoreMethodParts): Method {
  return defineMethod({
    ...facts,
    name: 'blockstore_list',
    params: [param.afterHash, param.listLimit, optional(param.from)],
    result: 'array',
    longAnswer: 'ofRead',
    help:
      'The next blocks of the store of this server in the order of their hashes: [[hash, bytes, ' +
      'ageMs], …], with the number of bytes and the time since the block was put or named.',
    run: ([after, limit, from], reply, caller) =>
      door.enter({ caller, from, reply }, (answer) =>
        calls.answer(answer, async () => {
          const page = await own.list(after, limit);
          const value = page.map(({ hash, bytes, ageMs }) => [hash, bytes, Math.floor(ageMs)]);
          return { kind: 'value', value };
        }),
      ),
  });
}

function remove({ own, calls, door }: StoreMethodParts): Method {
  return defineMethod({
    ...facts,
    name: 'blockstore_remove',
    params: [param.hash, param.minAgeMs, optional(param.from)],
    result: 'boolean',
    help: 'Takes a block out of the store of this server, unless it is younger. True when it went.',
    run: ([hash, minAgeMs, from], reply, caller) =>
      door.enter({ caller, from, reply }, (answer) =>
        calls.change(answer, {
          work: async () => ({ kind: 'value', value: await own.remove(hash, minAgeMs) }),
        }),
      ),
  });
}
