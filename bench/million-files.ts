/**
 * What many files cost a server in memory and pauses, without disk and network: the map alone is
 * filled and updated in turns of the event loop, as the replica does it, and written as an image
 * in slices meanwhile. Arguments: files (a million), and `--no-image`. Needs `--expose-gc`.
 */
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { FileCommand } from '../src/files/file-command.js';
import { FileMap } from '../src/files/file-map.js';

const files = Number(process.argv[2] ?? 1_000_000);
/** Updates between two turns of the event loop: what one group commit brings at 128 clients. */
const updatesPerTurn = 128;
const withRequestIds = 0.5;

let longestGcMs = 0;
let totalGcMs = 0;
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    longestGcMs = Math.max(longestGcMs, duration);
    totalGcMs += duration;
  }
});
observer.observe({ entryTypes: ['gc'] });
const delay = monitorEventLoopDelay({ resolution: 1 });

function command(serial: number, version: number): FileCommand {
  const digits = serial.toString(16).padStart(8, '0');
  const requestId = serial % 2 < 2 * withRequestIds - 1 + 1e-9 ? `request-${digits}` : undefined;
  return {
    type: 'updatefile',
    // Scattered, as real names are: each lands elsewhere in the order of names.
    name: `file-${(Math.imul(serial, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')}-${serial % 1000}`,
    version,
    hashlist: [digits.repeat(8), `${version}`.padStart(8, 'f').repeat(8)],
    requestId: version > 1 ? undefined : requestId,
  };
}

function memory(): Record<string, number> {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss, heapUsed, arrayBuffers };
}

let busyNs = 0n;
let longestTurnMs = 0;

async function measure(what: string, run: () => Promise<number>): Promise<void> {
  busyNs = 0n;
  longestTurnMs = 0;
  longestGcMs = 0;
  totalGcMs = 0;
  delay.reset();
  delay.enable();
  const done = await run();
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.disable();
  process.stdout.write(
    `${what.padEnd(34)} ${(Number(busyNs) / 1000 / done).toFixed(2).padStart(8)} us each, ` +
      `longest: turn ${longestTurnMs.toFixed(1)} ms, loop ${(delay.max / 1e6).toFixed(1)} ms, ` +
      `gc ${longestGcMs.toFixed(1)} ms (${totalGcMs.toFixed(0)} ms in all)\n`,
  );
}

function turn(work: () => void): void {
  const start = process.hrtime.bigint();
  work();
  const tookNs = process.hrtime.bigint() - start;
  busyNs += tookNs;
  longestTurnMs = Math.max(longestTurnMs, Number(tookNs) / 1e6);
}

const map = new FileMap();
map.openTail([]);

async function update(count: number, version: number, between: () => void): Promise<number> {
  for (let serial = 0; serial < count;) {
    const commands: FileCommand[] = [];
    for (; commands.length < updatesPerTurn && serial < count; serial++) {
      commands.push(command(serial, version));
    }
    turn(() => {
      const payloads = commands.map((each) => {
        if (map.admit(each).kind !== 'log') throw new Error('an update was not admitted');
        return map.encode(each);
      });
      for (const payload of payloads) {
        if (map.apply(payload) !== 'updated') throw new Error('an update was refused');
      }
    });
    between();
    await setImmediate();
  }
  return count;
}

const nothing = (): void => undefined;
const before = memory();
await measure(`load ${files} files`, () => update(files, 1, nothing));
const after = memory();
for (const [name, bytes] of Object.entries(after)) {
  process.stdout.write(
    `  ${name}: ${(bytes / 2 ** 20).toFixed(0)} MiB, ` +
      `${((bytes - (before[name] ?? 0)) / files).toFixed(0)} bytes a file\n`,
  );
}
await measure('update each', () => update(files, 2, nothing));
await measure('get each', async () => {
  for (let serial = 0; serial < files; serial += 1000) {
    turn(() => {
      for (let at = serial; at < serial + 1000 && at < files; at++) map.get(command(at, 1).name);
    });
    await setImmediate();
  }
  return files;
});
await measure('pages of 1000', async () => {
  let afterName = '';
  for (let more = true; more;) {
    turn(() => {
      const page = map.page(afterName, 1000);
      afterName = page.files.at(-1)?.[0] ?? '';
      more = page.more;
    });
    await setImmediate();
  }
  return files;
});
await measure('entries', () => {
  turn(() => {
    for (const [name] of map.entries()) if (name === '') throw new Error('no name');
  });
  return Promise.resolve(files);
});
