/**
 * From one address to all servers of its cluster: by asking the server, else by a configuration
 * file, else it is judged alone.
 */
import { readFileSync } from 'node:fs';
import type { Access } from '../wire/access.js';
import { formatAddress, parseAddress, sameAddress, type Address } from '../wire/address.js';
import { describeAnswer } from '../wire/answer.js';
import type { CallScope } from '../wire/call-scope.js';
import { seatsInFile } from './cluster-file.js';
import { DiscoveryError } from './discovery-error.js';
import { isStruct } from './expectations.js';
import { isSignOfLife, pingByAnyName } from './sign-of-life.js';
import { Server, type Seat } from '../wire/server.js';
import { contractSpelling, findSpelling } from '../wire/spelling.js';
import type { Timing } from './timing.js';

export interface DiscoveryRequest {
  readonly address: Address;
  /** The file that the user named; it must be readable. */
  readonly configFile: string | undefined;
  /** Files that count only if they exist and contain the address. */
  readonly defaultFiles: readonly string[];
  readonly timing: Timing;
  readonly access?: Access | undefined;
}

/** Throws `DiscoveryError` when the server cannot be reached or the named file is of no use. */
export async function discoverSeats(
  request: DiscoveryRequest,
  scope: CallScope,
): Promise<readonly Seat[]> {
  const { address, configFile, timing, access } = request;
  const link = { callMs: timing.callMs, scope, access };
  const seat: Seat = { id: 0, address };
  const server = new Server(seat, { ...link, spelling: contractSpelling });
  const ping = await pingByAnyName(server);
  if (!isSignOfLife(ping)) {
    const why = describeAnswer(ping.answer);
    throw new DiscoveryError(`cannot reach a server at ${formatAddress(address)}: ${why}`);
  }
  const named = configFile === undefined ? undefined : readNamedFile(configFile);
  const spelling = await findSpelling(
    async (name, params) => (await server.callByName(name, params)).answer,
  );
  const told = await peersToldBy(new Server(seat, { ...link, spelling }));
  if (told !== undefined) return told;
  if (named !== undefined) return named;
  for (const file of request.defaultFiles) {
    const seats = readIfThere(file);
    if (seats?.some((each) => sameAddress(each.address, address))) return seats;
  }
  return [seat];
}

function readNamedFile(file: string): readonly Seat[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new DiscoveryError(`${file}: cannot be read (${code})`);
  }
  const seats = seatsInFile(text);
  if (seats !== undefined) return seats;
  throw new DiscoveryError(`${file}: no line of the form "metadata0: HOST:PORT"`);
}

function readIfThere(file: string): readonly Seat[] | undefined {
  try {
    return seatsInFile(readFileSync(file, 'utf8'));
  } catch {
    // The default files are a convenience; one that is not there says nothing.
    return undefined;
  }
}

/** The `peers` of `getinternalstate`, when the server tells them in the contract's form. */
async function peersToldBy(server: Server): Promise<readonly Seat[] | undefined> {
  const { answer } = await server.internalState();
  if (answer.kind !== 'value' || !isStruct(answer.value)) return undefined;
  const { peers } = answer.value;
  if (!Array.isArray(peers) || peers.length === 0) return undefined;
  const seats = peers.flatMap((peer: unknown) => {
    if (!isStruct(peer)) return [];
    const { id, address } = peer;
    const parsed = typeof address === 'string' ? parseAddress(address) : undefined;
    return typeof id === 'number' && parsed !== undefined ? [{ id, address: parsed }] : [];
  });
  if (seats.length < peers.length) return undefined;
  return withItself(seats, server.seat.address, answer.value['serverId']);
}

/** To some servers a peer is another one: who is asked belongs to the cluster all the same. */
function withItself(others: readonly Seat[], address: Address, id: unknown): readonly Seat[] {
  if (typeof id !== 'number' || others.some((seat) => seat.id === id)) return others;
  return [...others, { id, address }].toSorted((one, other) => one.id - other.id);
}
