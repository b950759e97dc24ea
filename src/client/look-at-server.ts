/**
 * Asks one server for its page `/status`, and says what came of it. A server that does not answer
 * is no failure here: in which way it is silent is what whoever looks wants to know.
 */
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { get as getOverTls } from 'node:https';
import type { Seen, Silence } from '../doctor/cluster-look.js';
import { readReport } from '../doctor/read-report.js';
import { describeBroken, isPerhapsTls } from './describe-broken.js';
import type { ServerEndpoint, ServerProof } from './rpc-connection.js';

/** A status page has some kilobytes. */
const pageBytesMax = 4 * 1024 * 1024;

/** Resolves within `timeoutMs`, whatever the server does. */
export function lookAtServer(
  endpoint: Pick<ServerEndpoint, 'host' | 'port'>,
  proof: ServerProof,
  timeoutMs: number,
): Promise<Seen> {
  return new Promise((resolve) => {
    const askedMs = Date.now();
    let isConnected = false;
    const asking = ask(endpoint, proof);
    const end = (seen: Seen): void => {
      clearTimeout(timer);
      asking.destroy();
      resolve(seen);
    };
    const timer = setTimeout(() => {
      const reason = `${isConnected ? 'no answer' : 'no connection'} within ${timeoutMs} ms`;
      end({ kind: 'silent', why: isConnected ? 'mute' : 'unreachable', reason });
    }, timeoutMs);
    asking.on('socket', (socket) => {
      socket.once('connect', () => {
        isConnected = true;
      });
    });
    asking.on('error', (error) => {
      end(afterError(error, isConnected, proof));
    });
    asking.on('response', (response) => {
      readPage(response).then(
        (page) => {
          end(toSeen(page, askedMs));
        },
        (error: unknown) => {
          end(afterError(error as Error, isConnected, proof));
        },
      );
    });
  });
}

function ask(
  { host, port }: Pick<ServerEndpoint, 'host' | 'port'>,
  { tls }: ServerProof,
): ClientRequest {
  const headers = { accept: 'application/json' };
  const options = { host, port, path: '/status', agent: false, headers } as const;
  if (tls === undefined) return get(options);
  return getOverTls({ ...options, cert: tls.cert, key: tls.key, ca: tls.ca });
}

interface StatusPage {
  readonly status: number;
  readonly text: string;
}

async function readPage(response: IncomingMessage): Promise<StatusPage> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > pageBytesMax) throw new Error('its page /status does not end');
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
}

function toSeen({ status, text }: StatusPage, askedMs: number): Seen {
  if (status !== 200) return { kind: 'stranger', reason: `HTTP status ${status} for /status` };
  const report = readReport(text);
  if (report === undefined) {
    return { kind: 'stranger', reason: 'its page /status is not that of a server of a cluster' };
  }
  const { clockMs } = report;
  const hereMs = (askedMs + Date.now()) / 2;
  return {
    ...{ kind: 'report', report },
    clockAheadMs: clockMs === undefined ? undefined : clockMs - hereMs,
  };
}

const silences: Readonly<Record<string, Silence>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknownHost',
  EAI_AGAIN: 'unknownHost',
};

/** What a connection means that broke, or never came about. */
function afterError(error: Error, isConnected: boolean, { tls }: ServerProof): Seen {
  const { code = '' } = error as NodeJS.ErrnoException;
  const reason = error.message === '' ? code : describeBroken(error, tls !== undefined);
  if (isConnected) {
    if (isPerhapsTls(error, tls !== undefined)) return { kind: 'refusing', reason };
    return { kind: 'stranger', reason: `it speaks no HTTP (${reason})` };
  }
  return { kind: 'silent', why: silences[code] ?? 'unreachable', reason };
}
