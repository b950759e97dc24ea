/** What is wrong with a cluster, one thing at a time, in words for whoever has to mend it. */

/** A word for programs; these do not change. In the order in which findings are told. */
export const findingKinds = [
  'not-running',
  'hanging',
  'unreachable',
  'unknown-host',
  'stranger',
  'tls',
  'wrong-server',
  'config-differs',
  'secret-differs',
  'crashed',
  'partition',
  'disk-fails',
  'disk-silent',
  'data-lost',
  'link-broken',
  'state-differs',
  'clock-differs',
  'joining',
  'learner',
  'no-majority',
  'no-leader',
  'behind',
  'file-stale',
  'removed',
] as const;

export type FindingKind = (typeof findingKinds)[number];

/** What follows from other findings. */
export const consequences: readonly FindingKind[] = ['no-majority', 'no-leader'];

export interface Finding {
  readonly kind: FindingKind;
  /** The servers that it is about, in order of their ids. */
  readonly servers: readonly number[];
  /** What is wrong, in one or two sentences. */
  readonly problem: string;
  /** What to do about it; for a mere consequence, what has to be mended first. */
  readonly advice: string;
}

/** Causes before consequences, otherwise in order of the servers. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const rank = ({ kind }: Finding): number => findingKinds.indexOf(kind);
  const first = ({ servers }: Finding): number => servers[0] ?? 0;
  return findings.toSorted((a, b) => rank(a) - rank(b) || first(a) - first(b));
}
