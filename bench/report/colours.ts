/** Colours of verdicts on a terminal: good, bad, or not known. */
import type { Verdict } from '../goals/outcome.js';

const escape = '\u001b[';

const codes: Readonly<Record<Verdict, string>> = {
  'aim met': '32',
  met: '32',
  missed: '31',
  skipped: '33',
  failed: '31',
};

export function paintVerdict(text: string, verdict: Verdict): string {
  return `${escape}${codes[verdict]}m${text}${escape}0m`;
}
