/**
 * Text of a gateway's configuration in, a config out, or every mistake with its line, its JSON path
 * and what was expected instead (contract, section 13).
 */
import type { GatewayConfig, WorkerConfig } from './gateway-config.js';
import { checkAddresses } from './check-addresses.js';
import { FieldReader, type FieldMistake } from './field-reader.js';
import { readAuth, readClusterTls, readTls } from './read-security.js';
import { JsonMistake, readJson, type JsonNode } from './read-json.js';

export type ParsedGatewayConfig =
  | { readonly kind: 'ok'; readonly config: GatewayConfig }
  /** `FILE:LINE:COLUMN: what is wrong; expected …`, in order of places, never empty. */
  | { readonly kind: 'error'; readonly errors: readonly string[] };

const workersMax = 1_000;
const listedMistakesMax = 20;
const msMax = 600_000;
const hostPattern = /^(?:[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+(?:%[A-Za-z0-9_.-]+)?)$/;
const hostCharactersMax = 253;

/** `fileName` only stands in messages. */
export function parseGatewayConfig(text: string, fileName: string): ParsedGatewayConfig {
  const mistakes: FieldMistake[] = [];
  let config: GatewayConfig | undefined;
  try {
    config = readConfig(readJson(text), mistakes);
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error;
    mistakes.push({ place: error.place, text: error.message });
  }
  if (config !== undefined && mistakes.length === 0) return { kind: 'ok', config };
  const inOrder = mistakes.sort(
    (a, b) => a.place.line - b.place.line || a.place.column - b.place.column,
  );
  const errors = inOrder
    .slice(0, listedMistakesMax)
    .map(({ place, text: what }) => `${fileName}:${place.line}:${place.column}: ${what}`);
  const hidden = inOrder.length - listedMistakesMax;
  if (hidden > 0) errors.push(`${fileName}: … and ${hidden} more mistakes`);
  return { kind: 'error', errors };
}

/** Undefined only when there are mistakes. */
function readConfig(root: JsonNode, mistakes: FieldMistake[]): GatewayConfig | undefined {
  const fields = FieldReader.of(root, '', mistakes);
  if (fields === undefined) return undefined;
  const workers = readWorkers(fields);
  const masterPort = fields.wholeNumber('masterPort', { min: 1, max: 65_535 });
  const masterHost = readHost(fields, 'masterHost');
  const config = {
    masterHost,
    baseDirectory: fields.text('baseDirectory', 'the path of a folder'),
    cluster: fields.text('cluster', 'the path of a configuration file'),
    clusterTls: readClusterTls(fields),
    healthIntervalMs: fields.wholeNumber('healthInterval', { min: 10, max: msMax }) ?? 1_000,
    healthTimeoutMs: fields.wholeNumber('healthTimeout', { min: 10, max: msMax }) ?? 1_000,
    workerTimeoutMs: fields.wholeNumber('workerTimeout', { min: 10, max: msMax }) ?? 1_000,
    cacheBytes:
      fields.wholeNumber('cacheBytes', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 67_108_864,
    listing: fields.flag('listing') ?? false,
    dotfiles: fields.flag('dotfiles') ?? false,
    connectionsMax: fields.wholeNumber('connections', { min: 1, max: 100_000 }) ?? 1_000,
    uploads: fields.flag('uploads') ?? false,
    uploadBytes:
      fields.wholeNumber('uploadBytes', { min: 1, max: Number.MAX_SAFE_INTEGER }) ?? 1_073_741_824,
    shareKey: fields.text('shareKey', 'the path of a file with a secret'),
    tls: readTls(fields),
    auth: readAuth(fields),
  };
  for (const key of ['workers', 'masterPort'] as const) fields.demand(key);
  if (!fields.has('baseDirectory') && !fields.has('cluster')) {
    fields.complain('"baseDirectory" and "cluster" are missing; expected one of them, or both');
  }
  if (config.uploads && !fields.has('cluster')) {
    fields.complainOf('uploads', 'is true; expected "cluster", too, in which uploads are kept');
  }
  fields.refuseOthers();
  mistakes.push(...checkAddresses(workers, masterHost, masterPort));
  if (masterPort === undefined) return undefined;
  return { ...config, masterPort, workers: workers.map(({ worker }) => worker) };
}

interface PlacedWorker {
  readonly worker: WorkerConfig;
  readonly path: string;
  readonly place: JsonNode;
}

function readWorkers(fields: FieldReader): readonly PlacedWorker[] {
  const items = fields.list('workers', 'a list such as [{"host": "127.0.0.1", "port": 9000}]');
  if (items === undefined) return [];
  if (items.length === 0 || items.length > workersMax) {
    fields.complainOf('workers', `has ${items.length} items; expected 1 to ${workersMax}`);
    return [];
  }
  return items.flatMap((node, index) => {
    const path = `workers[${index}]`;
    const worker = FieldReader.of(node, path, fields.mistakes);
    if (worker === undefined) return [];
    const host = readHost(worker, 'host');
    const port = worker.wholeNumber('port', { min: 1, max: 65_535 });
    const remote = worker.flag('remote') ?? false;
    for (const key of ['host', 'port'] as const) worker.demand(key);
    worker.refuseOthers();
    if (host === undefined || port === undefined) return [];
    return [{ worker: { host, port, remote }, path, place: node }];
  });
}

function readHost(fields: FieldReader, key: string): string | undefined {
  const expected = 'a name, an IPv4 address or an IPv6 address';
  const text = fields.text(key, expected);
  if (text === undefined) return undefined;
  const host = text.replace(/^\[(.*)\]$/, '$1');
  if (hostPattern.test(host) && host.length <= hostCharactersMax) return host;
  fields.complainOf(key, `is ${JSON.stringify(text)}; expected ${expected}`);
  return undefined;
}
