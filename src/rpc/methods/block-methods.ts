/**
 * The block store as clients see it (contract, sections 7 and 11): a block is named by the SHA-256
 * of its bytes, and any server takes any call for the whole cluster.
 */
import { hashInTurns, isBlockHash, type BlockHash } from '../../blocks/block-hash.js';
import type { BlockService } from '../../blocks/block-service.js';
import type { HashItem } from '../../files/file-command.js';
import type { BlockCalls } from '../block-calls.js';
import * as param from '../block-params.js';
import { BlockPieces, HashPieces, PackedHashes } from '../block-pieces.js';
import { faultCode } from '../codec/fault-code.js';
import { defineMethod, type Method, type MethodOutcome } from '../method.js';
import { optional } from '../param.js';
import { RpcFault } from '../rpc-fault.js';
import type { XmlValue } from '../xml-value.js';

/** Blocks that the own store is asked for at a time by `getblockhashes`. */
const hashesAtATime = 1_000;

/** Facts that these methods share: they wait for disks and other servers. */
const facts = {
  group: 'block',
  wait: 'calls',
  leaderOnly: false,
  answersWhenCrashed: false,
} as const;

export function blockMethods(service: BlockService, calls: BlockCalls): readonly Method[] {
  return [
    putBlock(service, calls),
    getBlock(service, calls),
    hasBlocks(service, calls),
    missingBlocks(service, calls),
    getBlockHashes(service, calls),
    getBlockStoreAddrs(service, calls),
    getBlockStoreMap(service, calls),
  ];
}

function putBlock({ all }: BlockService, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'putblock',
    params: [param.hashOrBlock, optional(param.block)],
    argumentTypes: [['base64'], ['string', 'base64']],
    result: 'boolean',
    help:
      'Keeps a block. True once it is on disk on a majority of its copies. The same block again: ' +
      'true. A hash that is not that of the bytes: fault −32602, and nothing is kept. Fault 8: ' +
      'too few block stores can be reached.',
    run: ([first, second], reply) => {
      const { bytes, claimed } = readPut(first, second);
      let hash: BlockHash;
      return calls.change(reply, {
        prepare: async () => {
          hash = await hashInTurns(bytes);
          if (claimed !== undefined && claimed !== hash) throw wrongHash('putblock', claimed, hash);
        },
        work: async () => {
          await all.put(hash, bytes);
          return { kind: 'value', value: true };
        },
      });
    },
  });
}

/** The two ways to call `putblock`. */
function readPut(
  first: string | Uint8Array,
  second: Uint8Array | undefined,
): { readonly bytes: Uint8Array; readonly claimed: string | undefined } {
  if (typeof first !== 'string' && second === undefined)
    return { bytes: first, claimed: undefined };
  if (typeof first === 'string' && second !== undefined) return { bytes: second, claimed: first };
  throw new RpcFault(
    faultCode.invalidParams,
    'wrong types of arguments: putblock takes a block as base64, or a hash as a string and then ' +
      'the block as base64',
  );
}

/** Fault −32602: the hash that came is not that of the bytes that came with it. */
export function wrongHash(method: string, claimed: string, actual: BlockHash): RpcFault {
  const quoted = isBlockHash(claimed) ? claimed : 'what came, which is no hash';
  return new RpcFault(
    faultCode.invalidParams,
    `argument 1 (hash) of ${method}: expected the SHA-256 of the block, which is ${actual}, ` +
      `not ${quoted}`,
  );
}

function getBlock({ all }: BlockService, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'getblock',
    params: [param.anyHash, param.ignored],
    result: 'base64',
    longAnswer: 'ofRead',
    help: 'The bytes of a block, whose hash was checked. Fault 7: no good copy can be reached.',
    run: ([hash], reply) =>
      calls.read(reply, async () => {
        if (!isBlockHash(hash)) throw notFound('what was asked for is no hash of a block');
        const read = await all.get(hash);
        if (read.kind === 'missing') throw notFound(hash);
        if (read.kind === 'damaged') throw notFound(`every copy of ${hash} is damaged`);
        return { kind: 'pieces', pieces: new BlockPieces(read.bytes) };
      }),
  });
}

function notFound(what: string): RpcFault {
  return new RpcFault(faultCode.blockNotFound, `block not found: ${what}`);
}

function hasBlocks({ all }: BlockService, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'hasblocks',
    params: [param.anyHashes],
    result: 'array',
    longAnswer: 'ofRead',
    help: 'Those of the hashes whose blocks are kept, in order; they become young by that.',
    run: ([items], reply) =>
      calls.answer(reply, async () => {
        const present: ReadonlySet<HashItem> = await all.present(hashesOf(items));
        return list(items.filter((item) => present.has(item)));
      }),
  });
}

function missingBlocks({ all }: BlockService, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'missingblocks',
    params: [param.anyHashes],
    result: 'array',
    longAnswer: 'ofRead',
    help: 'Those of the hashes whose blocks are not kept, in order; the others become young.',
    run: ([items], reply) =>
      calls.answer(reply, async () => {
        const present: ReadonlySet<HashItem> = await all.present(hashesOf(items));
        return list(items.filter((item) => !present.has(item) && !isWord(item)));
      }),
  });
}

function list(value: readonly XmlValue[]): MethodOutcome {
  return { kind: 'value', value };
}

/** Words of hash lists that never name a block: of a deleted file, and of an empty one. */
const words: ReadonlySet<string> = new Set(['0', '-1']);

function isWord(item: HashItem): boolean {
  return words.has(String(item));
}

/** Each hash once. */
function hashesOf(items: readonly HashItem[]): readonly BlockHash[] {
  const hashes = items.filter((item) => typeof item === 'string').filter(isBlockHash);
  return [...new Set(hashes)];
}

function getBlockHashes({ own }: BlockService, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'getblockhashes',
    params: [],
    result: 'array',
    longAnswer: 'ofRead',
    help:
      'The hashes of the blocks that this very server keeps, in ascending order. A block that ' +
      'comes or goes meanwhile may be shown or not.',
    run: (_values, reply) =>
      calls.read(reply, async () => {
        const hashes = new PackedHashes();
        let after: string | undefined = own === undefined ? undefined : '';
        while (own !== undefined && after !== undefined) {
          const page = await own.list(after, hashesAtATime);
          for (const { hash } of page) hashes.add(hash);
          after = page.length < hashesAtATime ? undefined : page.at(-1)?.hash;
        }
        return { kind: 'pieces', pieces: new HashPieces(hashes) };
      }),
  });
}

function getBlockStoreAddrs({ addresses }: BlockService, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'getblockstoreaddrs',
    aliases: ['getblockstoreaddr'],
    params: [],
    result: 'array',
    help: 'The addresses of the block stores, as the configuration writes them.',
    run: (_values, reply) => calls.answer(reply, () => Promise.resolve(list(addresses))),
  });
}

function getBlockStoreMap(service: BlockService, calls: BlockCalls): Method {
  return defineMethod({
    ...facts,
    name: 'getblockstoremap',
    params: [param.anyHashes],
    result: 'struct',
    longAnswer: 'ofRead',
    help:
      'Where blocks belong: address → hashes, each hash under its first owner only, whether its ' +
      'block is kept or not. Needs no majority.',
    run: ([items], reply) =>
      calls.answer(reply, () => {
        const map = new Map<string, BlockHash[]>();
        for (const hash of hashesOf(items)) {
          const [owner] = service.ownersOf(hash);
          if (owner === undefined) continue;
          const hashes = map.get(owner);
          if (hashes === undefined) map.set(owner, [hash]);
          else hashes.push(hash);
        }
        return Promise.resolve({ kind: 'value', value: map });
      }),
  });
}
