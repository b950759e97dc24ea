/**
 * `npm run bench`: updates and reads per second of a cluster of three, side by side with a bare
 * node:http echo server and with etcd when it is installed. The systems take turns within each
 * round, so that a noisy machine is noisy for all; the table shows medians over the rounds.
 */
import { writeFile } from 'node:fs/promises';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { load, type LoadResult, type Workload } from './load.js';
import { startEcho, startEtcd, startSurfRaft, type System } from './systems.js';

interface Row {
  readonly operation: 'update' | 'read';
  readonly clients: number;
  readonly system: string;
  readonly callsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** SurfRaft's calls per second divided by this system's. */
  readonly surfraftRatio: number;
}

const options = await yargs(hideBin(process.argv))
  .usage('npm run bench -- [options]')
  .option('quick', { type: 'boolean', default: false, describe: 'one short round, under a minute' })
  .option('rounds', { type: 'number', default: 3, describe: 'rounds; the table shows medians' })
  .option('seconds', { type: 'number', default: 5, describe: 'seconds of load per measurement' })
  .option('clients', { type: 'number', array: true, default: [1, 32, 128] })
  .option('servers', { type: 'number', default: 3, describe: 'servers per cluster' })
  .option('json', { type: 'string', describe: 'also write the results to this file' })
  .strict()
  .parseAsync();

const rounds = options.quick ? 1 : options.rounds;
const seconds = options.quick ? 2 : options.seconds;

const started = [await startSurfRaft(options.servers), await startEcho()];
const etcd = await startEtcd(options.servers);
if (etcd === undefined) process.stdout.write('etcd is not installed (Debian: etcd-server)\n');
else started.push(etcd);
try {
  const rows: Row[] = [];
  for (const operation of ['update', 'read'] as const) {
    for (const clients of options.clients) rows.push(...(await compare(operation, clients)));
  }
  printTable(rows);
  if (options.json !== undefined) await writeFile(options.json, JSON.stringify(rows, null, 2));
} finally {
  for (const system of started) await system.stop();
}

async function compare(operation: 'update' | 'read', clients: number): Promise<readonly Row[]> {
  const measured: { system: System; workload: Workload; results: LoadResult[] }[] = [];
  for (const system of started) {
    const workload = system[operation];
    if (workload !== undefined) measured.push({ system, workload, results: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { workload, results } of measured) {
      results.push(await load(workload, clients, seconds));
    }
  }
  const medians = measured.map(({ system, results }) => ({
    system: system.name,
    callsPerSecond: median(results.map((result) => result.callsPerSecond)),
    p50Ms: median(results.map((result) => result.p50Ms)),
    p99Ms: median(results.map((result) => result.p99Ms)),
  }));
  const ours = medians[0]?.callsPerSecond ?? 0;
  return medians.map((row) => ({
    operation,
    clients,
    ...row,
    surfraftRatio: ours / row.callsPerSecond,
  }));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function printTable(rows: readonly Row[]): void {
  const header = ['operation', 'clients', 'system', 'calls/s', 'p50 ms', 'p99 ms', 'SurfRaft is'];
  const lines = rows.map((row) => [
    row.operation,
    String(row.clients),
    row.system,
    row.callsPerSecond.toFixed(0),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
    row.system === 'SurfRaft' ? '' : `${row.surfraftRatio.toFixed(2)} x`,
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of [header, ...lines]) {
    const cells = line.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
  }
}
