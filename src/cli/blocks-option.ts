/**
 * The option `--blocks` of everything that keeps blocks.
 */
import { UsageError } from './usage-error.js';

export const blocksOption = {
  type: 'string',
  requiresArg: true,
  description: 'Keep the blocks in this folder; of several servers, in DIR/metadata<i> for each',
  defaultDescription: 'the folder "blocks" of the data folder',
} as const;

/** The folder that `--blocks` names; undefined without it. Throws `UsageError`. */
export function readBlocksPlace(text: string | undefined): string | undefined {
  if (text === '') throw new UsageError('--blocks is empty; expected a folder');
  if (text !== undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw new UsageError(`--blocks is "${text}"; expected a folder, other places are not served`);
  }
  return text;
}

/**
 * Throws `UsageError` when a server is to keep blocks in a folder although the stores that its
 * cluster names keep them: nothing would ever come into that folder.
 */
export function refuseIdleBlocksPlace(
  blocks: string | undefined,
  stores: readonly { readonly address: string }[],
): void {
  if (blocks === undefined || stores.length === 0) return;
  const named = stores.map(({ address }) => address).join(', ');
  throw new UsageError(
    `--blocks ${blocks} would stay empty: the block stores ${named} keep the blocks; ` +
      'give --blocks to them (surfraft block --blocks DIR), or name no block stores',
  );
}
