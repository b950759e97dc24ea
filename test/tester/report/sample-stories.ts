/** Violations of several kinds, put into a made-up run with the findings on it. */
import { must } from '../../../src/base/assert.js';
import type { ChaosRecord } from '../../../tester/chaos/chaos-record.js';
import type { Finding, Verdict } from '../../../tester/history/finding.js';
import type { Operation } from '../../../tester/history/operation.js';
import { allHeld } from './sample-run.js';

type Violation = Extract<Verdict, { kind: 'violated' }>;

function breaking(record: ChaosRecord, broken: Readonly<Record<string, Violation>>): ChaosRecord {
  const findings: readonly Finding[] = allHeld.map(({ promise, verdict }) => {
    const hit = Object.entries(broken).find(([word]) => promise.includes(word));
    return { promise, verdict: hit?.[1] ?? verdict };
  });
  return { ...record, findings };
}

/** An update that was answered true, past the middle of the run. */
function writtenLate(record: ChaosRecord): Operation {
  const late = record.operations.slice(Math.floor(record.operations.length / 2));
  return must(
    late.find(({ outcome }) => outcome.kind === 'updated' && outcome.updated),
    'the run has an update',
  );
}

/** The run with some of its operations in other words. */
function changed(record: ChaosRecord, changes: readonly Operation[]): ChaosRecord {
  const changeOf = new Map(changes.map((change) => [change.id, change]));
  const operations = record.operations.map((one) => changeOf.get(one.id) ?? one);
  return { ...record, operations };
}

/** A read goes back behind an update that was answered before it began. */
export function staleRead(record: ChaosRecord): ChaosRecord {
  const update = writtenLate(record);
  const { name, version, hash } = asUpdate(update);
  const after = must(
    record.operations.find((one) => one.beganAt > update.endedAt && one.question.kind === 'read'),
    'something is read later',
  );
  const read: Operation = {
    ...after,
    server: (update.server + 1) % record.servers.length,
    question: { kind: 'read', name },
    outcome: { kind: 'seen', version: version - 1, hash: 'c1-17' },
  };
  const violation: Violation = {
    kind: 'violated',
    expected: `every read of ${name} that began after 4,100 ms to see version ${version} or later`,
    seen:
      `client ${update.client} was answered true by server ${update.server} for the update of ` +
      `${name} to version ${version} (hash ${hash}); client ${read.client} read version ` +
      `${version - 1} of ${name} (hash c1-17) at server ${read.server}`,
    evidence: [update, read],
  };
  return breaking(changed(record, [read]), { linearizable: violation, 'go back': violation });
}

/** Two updates to one version are both answered true; a read shows only one of them. */
export function lostUpdate(record: ChaosRecord): ChaosRecord {
  const update = writtenLate(record);
  const { name, version, hash } = asUpdate(update);
  const later = record.operations.filter(({ beganAt }) => beganAt > update.beganAt);
  const twinBase = must(
    later.find(({ client }) => client !== update.client),
    'another client',
  );
  const readBase = must(
    later.find(({ beganAt }) => beganAt > twinBase.endedAt),
    'a later call',
  );
  const asked = must(
    later.find(({ beganAt }) => beganAt > readBase.endedAt),
    'a later call',
  );
  const twin: Operation = {
    ...twinBase,
    question: { kind: 'update', name, version, hash: 'c4-twin' },
    outcome: { kind: 'updated', updated: true },
  };
  const read: Operation = {
    ...readBase,
    question: { kind: 'read', name },
    outcome: { kind: 'seen', version, hash: 'c4-twin' },
  };
  const open: Operation = {
    ...asked,
    question: { kind: 'update', name, version: version + 1, hash: 'c2-open' },
    outcome: { kind: 'unknown', why: 'connection closed by the server' },
  };
  const lost: Violation = {
    kind: 'violated',
    expected: `version ${version} of ${name} to hold hash ${hash}, as its update was answered true`,
    seen:
      `client ${update.client} was answered true for version ${version} of ${name} (hash ` +
      `${hash}); client ${read.client} read version ${version} (hash c4-twin)`,
    evidence: [update, twin, read],
  };
  const order: Violation = {
    kind: 'violated',
    expected: `an order of these operations on ${name} in which every answer is right`,
    seen: 'no such order exists: both updates to one version were answered true',
    evidence: [update, twin, read, open],
  };
  const whole = changed(record, [twin, read, open]);
  return breaking(whole, { 'is lost': lost, linearizable: order });
}

/** Two servers say that they lead in one term; no operation shows it. */
export function twoLeaders(record: ChaosRecord): ChaosRecord {
  const claim = must(
    record.sightings.find(({ role, atMs }) => role === 'leader' && atMs > record.durationMs / 3),
    'somebody leads',
  );
  const rival = (claim.server + 1) % record.servers.length;
  const sightings = record.sightings.map((sighting) =>
    sighting.server === rival && Math.abs(sighting.atMs - claim.atMs - 200) < 220
      ? { ...sighting, role: 'leader' as const, term: claim.term }
      : sighting,
  );
  return breaking(
    { ...record, sightings },
    {
      'one server leads': {
        kind: 'violated',
        expected: `one leader in term ${claim.term ?? 0}`,
        seen: `servers ${claim.server} and ${rival} both said that they lead in it`,
        evidence: [],
      },
    },
  );
}

function asUpdate({ question }: Operation): Extract<Operation['question'], { kind: 'update' }> {
  return must(question.kind === 'update' ? question : undefined, 'it is an update');
}
