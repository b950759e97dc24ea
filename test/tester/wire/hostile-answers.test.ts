/**
 * Whatever comes back from HOST:PORT is told as what it is, in bounded time and memory, and never
 * makes a call throw.
 */
import { expect } from 'chai';
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { describeAnswer } from '../../../tester/wire/answer.js';
import { CallScope } from '../../../tester/wire/call-scope.js';
import { Server } from '../../../tester/wire/server.js';
import { contractSpelling } from '../../../tester/wire/spelling.js';

const callMs = 300;

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n';

function answer(body: string, status = '200 OK', more = ''): string {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status}\r\n${more}Content-Length: ${length}\r\n\r\n${body}`;
}

function response(value: string): string {
  const open = '<?xml version="1.0"?><methodResponse><params><param><value>';
  return `${open}${value}</value></param></params></methodResponse>`;
}

/** Writes `piece` for as long as the other side takes it. */
function flood(socket: Socket, piece: Buffer): void {
  const goOn = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', goOn);
  goOn();
}

/** Writes a byte now and then, for ever. */
function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write(' '), 20);
  socket.on('close', () => clearInterval(timer));
}

interface Hostility {
  readonly name: string;
  /** What the server does once a request has come. */
  readonly act: (socket: Socket) => void;
  readonly words: RegExp;
}

const deep = `${'<array><data><value>'.repeat(50_000)}${'</value></data></array>'.repeat(50_000)}`;

const hostilities: readonly Hostility[] = [
  { name: 'says nothing', act: () => undefined, words: /^no answer within 300 ms$/ },
  {
    name: 'closes the connection',
    act: (socket) => socket.end(),
    words: /closed without an answer$/,
  },
  {
    name: 'resets the connection',
    act: (socket) => socket.resetAndDestroy(),
    words: /closed without an answer$/,
  },
  {
    name: 'closes it in the midst of an answer',
    act: (socket) => socket.end(answer(response('<int>1</int>')).slice(0, -20)),
    words: /^the connection was closed after \d+ bytes of an answer$/,
  },
  {
    name: 'never ends its head',
    act: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
      drip(socket);
    },
    words: /^no answer within 300 ms$/,
  },
  {
    name: 'lets its answer drip',
    act: (socket) => {
      socket.write(`${head}\r\n`);
      drip(socket);
    },
    words: /^an answer that had not ended after 300 ms, \d+ bytes so far$/,
  },
  {
    name: 'announces more than it sends',
    act: (socket) => socket.write(`${head}Content-Length: 1000000\r\n\r\n<methodResponse>`),
    words: /^an answer that had not ended after 300 ms, 16 bytes so far$/,
  },
  {
    name: 'answers without end',
    act: (socket) => {
      socket.write(`${head}\r\n`);
      flood(socket, Buffer.alloc(1024 * 1024, 'x'));
    },
    words: /an answer longer than 67108864 bytes|had not ended after 300 ms/,
  },
  {
    name: 'has a head without end',
    act: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      flood(socket, Buffer.from('X-More: more\r\n'.repeat(1000)));
    },
    words: /bytes that are not HTTP \(HPE_HEADER_OVERFLOW\)$/,
  },
  {
    name: 'answers HTML',
    act: (socket) => socket.end(answer('<html><body>Hi</body></html>')),
    words: /^no XML-RPC answer, but .*Hi/,
  },
  {
    name: 'answers nothing at all with 200',
    act: (socket) => socket.end(answer('')),
    words: /^no XML-RPC answer/,
  },
  {
    name: 'answers XML that breaks off',
    act: (socket) => socket.end(answer('<methodResponse><params>')),
    words: /^no XML-RPC answer, but "<methodResponse>/,
  },
  {
    name: 'answers bytes that are not UTF-8',
    act: (socket) => {
      const body = Buffer.from(response('<string>caf\u00e9</string>'), 'latin1');
      socket.write(`${head}Content-Length: ${body.length}\r\n\r\n`);
      socket.end(body);
    },
    words: /^no XML-RPC answer, but \d+ bytes that are not UTF-8$/,
  },
  {
    name: 'fails inside',
    act: (socket) => socket.end(answer('Traceback …', '500 Internal Server Error')),
    words: /^no XML-RPC answer, but HTTP status 500: Traceback …$/,
  },
  {
    name: 'sends callers elsewhere',
    act: (socket) => {
      socket.end(answer('moved', '301 Moved Permanently', 'Location: http://[::1]:1/\r\n'));
    },
    words: /^no XML-RPC answer, but HTTP status 301: moved$/,
  },
  {
    name: 'speaks another protocol',
    act: (socket) => socket.end('SSH-2.0-x\r\n'),
    words: /bytes that are not HTTP/,
  },
  {
    name: 'nests its value too deeply to be read',
    act: (socket) => socket.end(answer(response(deep))),
    words: /^no XML-RPC answer, but values that are nested more than 200 deep$/,
  },
];

describe('a call to a server that', () => {
  const servers: TcpServer[] = [];
  const sockets = new Set<Socket>();

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  const listen = async (act: (socket: Socket) => void): Promise<number> => {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
      socket.once('data', () => act(socket));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };

  for (const { name, act, words } of hostilities) {
    it(`${name} is told as that`, async () => {
      const seat = { id: 0, address: { host: '127.0.0.1', port: await listen(act) } };
      const scope = new CallScope();
      const reply = await new Server(seat, { spelling: contractSpelling, callMs, scope }).ping();
      scope.close();
      const told = describeAnswer(reply.answer);
      expect(told).to.match(words);
      expect(told.length).to.be.lessThan(1_000);
      expect(reply.elapsedMs).to.be.lessThan(10 * callMs);
    });
  }
});
