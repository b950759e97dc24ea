/**
 * The names under which the judged cluster serves the methods of the API. Servers of this API agree
 * on the words but not on the prefix and the letter case, so harmless methods are tried in the
 * known spellings, and the prefix that worked for `ping` is used for the rest.
 */
import { saysMethodUnknown, type Answer } from './answer.js';

export class Spelling {
  readonly #prefix: string;
  readonly #names: ReadonlyMap<string, string>;

  constructor(prefix: string, names: ReadonlyMap<string, string>) {
    this.#prefix = prefix;
    this.#names = names;
  }

  nameOf(method: string): string {
    return this.#names.get(method) ?? this.#prefix + method;
  }
}

/** The contract's own spelling. */
export const contractSpelling = new Spelling('surfstore.', new Map());

/** Methods that are seen in several spellings and may be called without any effect. */
const knownVariants: readonly (readonly [method: string, params: string[], variants: string[]])[] =
  [
    ['isleader', [], ['isleader', 'isLeader', 'IsLeader']],
    ['iscrashed', [], ['iscrashed', 'isCrashed', 'IsCrashed']],
    [
      'tester_getversion',
      [''],
      ['tester_getversion', 'tester_getVersion', 'getversion', 'getVersion'],
    ],
    // With one argument too many: a right call may wait for a majority, and brings the whole map.
    ['getfileinfomap', ['probe'], ['getfileinfomap', 'getFileInfoMap', 'GetFileInfoMap']],
    ['getinternalstate', [], ['getinternalstate', 'getInternalState', 'GetInternalState']],
  ];

/** No call of `updatefile` is harmless everywhere: it is spelt as its neighbour is. */
const updateLike: Readonly<Record<string, string>> = {
  getFileInfoMap: 'updateFile',
  GetFileInfoMap: 'UpdateFile',
};

type CallByName = (name: string, params: readonly unknown[]) => Promise<Answer>;

/** Finds the spelling with a few calls to one server; the contract's own when it is silent. */
export async function findSpelling(callByName: CallByName): Promise<Spelling> {
  const ping = await callByName('surfstore.ping', []);
  if (ping.kind === 'silent' || ping.kind === 'lost') return contractSpelling;
  const prefixUnknown = saysMethodUnknown(ping);
  const bareUnknown = prefixUnknown && saysMethodUnknown(await callByName('ping', []));
  const prefix = prefixUnknown && !bareUnknown ? '' : 'surfstore.';
  const names = new Map<string, string>();
  for (const [method, params, variants] of knownVariants) {
    for (const variant of variants) {
      if (saysMethodUnknown(await callByName(prefix + variant, params))) continue;
      names.set(method, prefix + variant);
      const update = updateLike[variant];
      if (update !== undefined) names.set('updatefile', prefix + update);
      break;
    }
  }
  return new Spelling(prefix, names);
}
