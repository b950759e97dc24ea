/** The command that repeats a chaos run: same seed, same faults in the same order. */
import { accessWords } from './access-files.js';
import type { ChaosRequest, Judged } from './request.js';
import { formatAddress } from './wire/address.js';

export function replayCommand(
  judged: Judged,
  chaos: ChaosRequest & { seed: string },
  timeoutScale: number,
): string {
  const words = [
    './run-tester.sh',
    ...wordsOf(judged),
    ...accessWords(judged.accessFiles),
    '--chaos',
    '--seed',
    chaos.seed,
  ];
  words.push('--seconds', String(chaos.seconds), '--clients', String(chaos.clients));
  if (chaos.kill) words.push('--kill');
  if (timeoutScale !== 1) words.push('--timeout-scale', String(timeoutScale));
  return replayWords(words);
}

function wordsOf(judged: Judged): readonly string[] {
  if (judged.kind === 'running') {
    const config = judged.configFile === undefined ? [] : ['--config', judged.configFile];
    return [formatAddress(judged.address), ...config];
  }
  const { configFile, serverCommand } = judged;
  const command = serverCommand === undefined ? [] : ['--server-command', serverCommand];
  return ['--start', configFile, ...command];
}

/** Words as a shell reads them. */
export function replayWords(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w./:=,@%+[\]-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
