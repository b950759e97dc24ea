/**
 * No two workers at one address, and none at the master's. Names are not looked up: beyond
 * `localhost`, one machine under two names is noticed only when the port is taken.
 */
import type { WorkerConfig } from './gateway-config.js';
import type { FieldMistake } from './field-reader.js';
import type { Place } from './read-json.js';

interface PlacedWorker {
  readonly worker: WorkerConfig;
  readonly path: string;
  readonly place: Place;
}

const everyHost: readonly string[] = ['0.0.0.0', '::'];

/** `masterHost` undefined: the master listens at all addresses of this machine. */
export function checkAddresses(
  workers: readonly PlacedWorker[],
  masterHost: string | undefined,
  masterPort: number | undefined,
): readonly FieldMistake[] {
  const owners = new Map<string, string>();
  const mistakes: FieldMistake[] = [];
  for (const { worker, path, place } of workers) {
    const address = `${sameHost(worker.host)} ${worker.port}`;
    const owner = owners.get(address);
    if (owner === undefined) {
      owners.set(address, path);
    } else {
      const text = `${path} has the address of ${owner}; expected one address for each worker`;
      mistakes.push({ place, text });
    }
    if (worker.port === masterPort && isMasters(worker, masterHost)) {
      const text = `${path}.port is ${worker.port}, the masterPort; expected another port`;
      mistakes.push({ place, text });
    }
  }
  return mistakes;
}

/** Whether the master that listens at `masterHost` has the worker's address, too. */
function isMasters({ host }: WorkerConfig, masterHost: string | undefined): boolean {
  const isEverywhere = masterHost === undefined || everyHost.includes(masterHost);
  if (isEverywhere) return isThisMachine(host);
  return sameHost(host) === sameHost(masterHost);
}

function isThisMachine(host: string): boolean {
  const same = sameHost(host);
  return /^127\.|^::1$/.test(same) || everyHost.includes(same);
}

function sameHost(host: string): string {
  const lowerCase = host.toLowerCase().replace(/\.$/, '');
  return lowerCase === 'localhost' ? '127.0.0.1' : lowerCase;
}
