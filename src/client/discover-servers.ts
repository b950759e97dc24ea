/**
 * The servers of a cluster, as one of them names them: in `peers` of its page `/status`, or, where
 * there is no such page, of `getinternalstate`, which shows thousands of files besides.
 */
import { get } from 'node:http';
import { get as getOverTls } from 'node:https';
import { text } from 'node:stream/consumers';
import type { XmlValue } from '../rpc/xml-value.js';
import { UnexpectedAnswer, Unreachable } from './client-errors.js';
import { RpcConnection } from './rpc-connection.js';
import type { ServerEndpoint, ServerProof } from './rpc-connection.js';
import { memberOf } from './struct-member.js';

/** `host:port`, an IPv6 host in brackets. */
const addressPattern = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]]+)):([0-9]{1,5})$/;

/**
 * Asks the server at `host:port`; it must answer within `timeoutMs`. Throws `Unreachable` or
 * `UnexpectedAnswer`.
 */
export async function discoverServers(
  host: string,
  port: number,
  timeoutMs: number,
  proof: ServerProof = {},
): Promise<readonly ServerEndpoint[]> {
  const signal = AbortSignal.timeout(timeoutMs);
  const page = await readStatusPage({ host, port }, proof, signal);
  if (page !== undefined) return page;
  const connection = new RpcConnection({ id: -1, host, port }, proof);
  try {
    const answer = await connection.call('getinternalstate', [], signal);
    switch (answer.kind) {
      case 'value':
        return serversIn(answer.value);
      case 'fault':
        throw new UnexpectedAnswer(`${host}:${port} answered: ${answer.fault.text}`);
      case 'malformed':
        throw new UnexpectedAnswer(`${host}:${port} does not speak XML-RPC: ${answer.reason}`);
      case 'failed': {
        const reason = signal.aborted ? `no answer within ${timeoutMs} ms` : answer.reason;
        throw new Unreachable(`${host}:${port} cannot be reached: ${reason}`);
      }
    }
  } finally {
    connection.close();
  }
}

/** Undefined when there is no page that names them; why there is none, the call will find out. */
function readStatusPage(
  { host, port }: Pick<ServerEndpoint, 'host' | 'port'>,
  { tls }: ServerProof,
  signal: AbortSignal,
): Promise<readonly ServerEndpoint[] | undefined> {
  return new Promise((resolve) => {
    const none = (): void => {
      resolve(undefined);
    };
    const headers = { accept: 'application/json' };
    const options = { host, port, path: '/status', agent: false, headers, signal } as const;
    const asking =
      tls === undefined
        ? get(options)
        : getOverTls({ ...options, cert: tls.cert, key: tls.key, ca: tls.ca });
    asking.on('error', none);
    asking.on('response', (page) => {
      if (page.statusCode === 200) {
        text(page).then((json) => {
          resolve(serversOnPage(json));
        }, none);
        return;
      }
      page.resume();
      none();
    });
  });
}

function serversOnPage(json: string): readonly ServerEndpoint[] | undefined {
  try {
    const { peers } = JSON.parse(json) as { readonly peers?: readonly XmlValue[] };
    return serversIn(new Map([['peers', (peers ?? []).map(asStruct)]]));
  } catch {
    return undefined;
  }
}

function asStruct(peer: XmlValue): XmlValue {
  return peer !== null && typeof peer === 'object' ? new Map(Object.entries(peer)) : peer;
}

function serversIn(state: XmlValue): readonly ServerEndpoint[] {
  const peers = memberOf(state, 'peers');
  if (!Array.isArray(peers) || peers.length === 0) {
    throw new UnexpectedAnswer('getinternalstate names no peers');
  }
  return peers.map((peer: XmlValue) => {
    const id = memberOf(peer, 'id');
    const address = memberOf(peer, 'address');
    const match = typeof address === 'string' ? addressPattern.exec(address) : null;
    if (typeof id !== 'number' || match === null) {
      throw new UnexpectedAnswer('a peer in getinternalstate has no id and address');
    }
    return { id, host: match[1] ?? match[2] ?? '', port: Number(match[3]) };
  });
}
