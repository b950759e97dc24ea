/**
 * `surfraft doctor TARGET`: says in plain words what is wrong with a cluster and what to do about
 * it. Exit code 0 when nothing is, 1 when something is. It changes nothing.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandModule } from 'yargs';
import { diagnose, type Diagnosis } from '../../doctor/diagnose.js';
import {
  chosenOptions,
  lookAtCluster,
  openChosen,
  type ChosenCluster,
  type ChosenOptions,
} from '../chosen-cluster.js';
import { answering } from '../cluster-target.js';
import { printable } from '../printable.js';

/** An election is over sooner. */
const electionMs = 3_000;
const pauseMs = 200;

export const doctorCommand: CommandModule<object, ChosenOptions> = {
  command: 'doctor [words..]',
  describe: 'Say what is wrong with a cluster, and what to do: doctor CONFIG | HOST:PORT',
  builder: (parser) => chosenOptions(parser),
  handler: (args) =>
    answering(
      args,
      async () => {
        const cluster = await openChosen(args);
        const { works, leaderId, term, summary, findings } = await examine(cluster);
        const ok = findings.length === 0;
        if (!ok) process.exitCode = 1;
        return { ok, works, leader: leaderId ?? null, term: term ?? null, summary, findings };
      },
      (diagnosis) => {
        process.stdout.write(describe(diagnosis));
      },
    ),
};

/** Looks again where an election may be all that is the matter. */
async function examine(cluster: ChosenCluster): Promise<Diagnosis> {
  const untilMs = performance.now() + electionMs;
  for (;;) {
    const diagnosis = diagnose(await lookAtCluster(cluster));
    if (!diagnosis.mayPass || performance.now() > untilMs) return diagnosis;
    await wait(pauseMs);
  }
}

function describe({
  works,
  summary,
  findings,
}: Pick<Diagnosis, 'works' | 'summary' | 'findings'>): string {
  if (findings.length === 0) return `Nothing is wrong: ${summary}.\n`;
  const verdict = works ? 'The cluster works, but something is wrong' : 'The cluster does not work';
  const lines = findings.flatMap(({ problem, advice }, at) => [
    '',
    `${at + 1}. ${printable(problem)}`,
    `   What to do: ${printable(advice)}`,
  ]);
  return [`${verdict}: ${summary}.`, ...lines, ''].join('\n');
}
