/** Looks at a cluster of which a server tells nothing, one for every kind of finding. */
import type { ClusterLook } from '../../src/doctor/cluster-look.js';
import type { FindingKind } from '../../src/doctor/finding.js';
import { link, look, mute, refused, report, told } from './looks.js';

export interface Case {
  readonly kind: FindingKind;
  readonly name: string;
  readonly look: ClusterLook;
  readonly servers: readonly number[];
  readonly problem: string | RegExp;
  readonly advice: RegExp;
}

export const silentCases: readonly Case[] = [
  {
    kind: 'not-running',
    name: 'nothing listens',
    look: look(3, { 2: refused, 0: { links: [link(1), link(2, { answeredMs: 12_345 })] } }),
    servers: [2],
    problem:
      'Server 2 does not run: nothing listens at host2:9001. Server 0 last heard from it 12 s ago.',
    advice: /^Start server 2 again\./,
  },
  {
    kind: 'not-running',
    name: 'nobody has ever heard from it',
    look: look(3, { 2: refused, 0: { links: [link(2, { failure: 'connect ECONNREFUSED' })] } }),
    servers: [2],
    problem: /No server that answers has heard from it since its own start\.$/,
    advice: /^Start server 2/,
  },
  {
    kind: 'hanging',
    name: 'it takes connections and is mute',
    look: look(3, { 1: mute, 2: { links: [link(1, { heardMs: 61_000 })] } }),
    servers: [1],
    problem: /^Server 1 hangs: host1:9001 takes .*\. Server 0 last heard from it 0\.0 s ago\.$/,
    advice: /kill -CONT/,
  },
  {
    kind: 'unreachable',
    name: 'only from here',
    look: look(3, { 1: { kind: 'silent', why: 'unreachable', reason: 'connect EHOSTUNREACH' } }),
    servers: [1],
    problem: /^Server 1 \(host1:9001\) cannot be reached from here: connect EHOSTUNREACH/,
    advice: /^The other servers reach it/,
  },
  {
    kind: 'unreachable',
    name: 'from everywhere',
    look: look(3, {
      0: { links: [link(1, { answeredMs: 9_000 }), link(2, { answeredMs: 9 })] },
      1: { kind: 'silent', why: 'unreachable', reason: 'no connection within 2000 ms' },
    }),
    servers: [1],
    problem: /no connection within 2000 ms\. Server 0 last heard from it 9\.0 s ago\.$/,
    advice: /^See whether its machine runs/,
  },
  {
    kind: 'unknown-host',
    name: 'a name without address',
    look: look(3, { 1: { kind: 'silent', why: 'unknownHost', reason: 'getaddrinfo ENOTFOUND' } }),
    servers: [1],
    problem: /^The host of server 1 \(host1:9001\) has no address: getaddrinfo ENOTFOUND\./,
    advice: /configuration, or the name service/,
  },
  {
    kind: 'stranger',
    name: 'another program',
    look: look(3, { 1: { kind: 'stranger', reason: 'HTTP status 404 for /status' } }),
    servers: [1],
    problem: /^Another program answers at the address of server 1 \(host1:9001\): HTTP status 404/,
    advice: /^End that program, or give server 1 another port/,
  },
  {
    kind: 'tls',
    name: 'a server that speaks TLS to a command that does not',
    look: look(3, { 1: { kind: 'refusing', reason: 'socket hang up' } }),
    servers: [1],
    problem: /^At the address of server 1 \(host1:9001\) the connection breaks: socket hang up\./,
    advice: /^Give --tls-ca, and --tls-cert and --tls-key where clients need them/,
  },
  {
    kind: 'wrong-server',
    name: 'a server with another id',
    look: look(3, { 1: told(report(2, 3)) }),
    servers: [1],
    problem: 'At the address of server 1 (host1:9001) server 2 answers.',
    advice: /^Compare the configuration/,
  },
];
