/** A look at a cluster for every kind of finding, and the words that are expected. */
import type { MemberReport } from '../../src/doctor/cluster-look.js';
import { addressOf, link, look, mute, nowMs, refused, report, told } from './looks.js';
import { silentCases, type Case } from './silent-cases.js';

const unauthorised = "fault 6: unauthorised: the call lacks the cluster's secret";
const ofAnotherCluster = 'fault 6: unauthorised: the call is of another cluster, whose …';

export const noLeader = { role: 'candidate', leaderId: undefined, followers: [] } as const;

const member = (id: number): MemberReport => ({ id, address: addressOf(id), voter: true });

/** Server 2 was added. */
const grown: readonly MemberReport[] = [member(0), member(1), { ...member(2), voter: false }];

export const cases: readonly Case[] = [
  ...silentCases,
  {
    kind: 'crashed',
    name: 'the crash switch',
    look: look(3, { 2: { role: 'crashed', leaderId: undefined } }),
    servers: [2],
    problem: 'Server 2 is crashed by its crash switch: it refuses clients and servers.',
    advice: /^npx surfraft restore c\.txt 2$/,
  },
  {
    kind: 'partition',
    name: 'set at both sides',
    look: look(5, {
      0: { unreachable: [3, 4] },
      1: { unreachable: [4, 3] },
      2: { unreachable: [3, 4] },
      3: { unreachable: [0, 1, 2] },
      4: { unreachable: [0, 1, 2] },
    }),
    servers: [0, 1, 2, 3, 4],
    problem:
      'Servers are cut off from each other on purpose: ' +
      'servers 0, 1 and 2 and servers 3 and 4 do not reach each other.',
    advice: /^npx surfraft heal c\.txt$/,
  },
  {
    kind: 'partition',
    name: 'in one direction',
    look: look(3, {
      1: { unreachable: [0], unreachableDirection: 'receive' },
      2: { unreachable: [1, 0], unreachableDirection: 'send' },
    }),
    servers: [1, 2],
    problem:
      / server 1 does not hear server 0 and what server 2 sends does not get to servers 0 and 1\.$/,
    advice: /heal/,
  },
  {
    kind: 'disk-fails',
    name: 'no room',
    look: look(3, { 1: { storageError: 'write log: disk full' } }),
    servers: [1],
    problem: 'The disk of server 1 refuses: write log: disk full. The server stands aside.',
    advice: /^Make room/,
  },
  {
    kind: 'disk-fails',
    name: 'errors',
    look: look(3, { 1: { storageError: 'fsync log: input/output error' } }),
    servers: [1],
    problem: /input\/output error/,
    advice: /^Look at the disk \(dmesg, smartctl\)/,
  },
  {
    kind: 'disk-silent',
    name: 'a hanging disk',
    look: look(3, { 1: { diskSilentMs: 2_340 } }),
    servers: [1],
    problem: 'The disk of server 1 has not answered a write for 2.3 s.',
    advice: /goes on by itself/,
  },
  {
    kind: 'data-lost',
    name: 'a new folder, and somebody it waits for',
    look: look(3, {
      0: refused,
      1: {
        ...noLeader,
        standing: 'refilling',
        dataSinceMs: nowMs - 3_600_500,
        links: [link(2, { answeredMs: 9 })],
      },
      2: noLeader,
    }),
    servers: [1],
    problem:
      /^Server 1 has lost its data: .* empty .* new since 2025-11-24T14:59:59Z\. It neither votes/,
    advice: /^It waits for every other server: bring server 0 back, .* put that back\.$/,
  },
  {
    kind: 'data-lost',
    name: 'damage',
    look: look(3, {
      1: { standing: 'refilling', links: [link(0, { answeredMs: 9 }), link(2, { answeredMs: 9 })] },
    }),
    servers: [1],
    problem: /its folder was wiped or damaged before; its log says how\./,
    advice: /^It is being refilled/,
  },
  {
    kind: 'data-lost',
    name: 'nothing kept',
    look: look(3, { 1: { standing: 'refilling', dataSinceMs: undefined } }),
    servers: [1],
    problem: /keeps it in memory \(--ephemeral\)/,
    advice: /bring servers 0 and 2 back, with the data of those servers/,
  },
  {
    kind: 'config-differs',
    name: 'another M, and an address',
    look: look(3, {
      2: {
        configDigest: 'bad',
        peers: [0, 1, 2, 3, 4].map((id) => ({ id, address: id === 1 ? 'h:2' : addressOf(id) })),
      },
    }),
    servers: [2],
    problem:
      'Server 2 was started with another configuration than the others: ' +
      'M is 5 and not 3 and server 1 is at h:2 and not at host1:9001.',
    advice: /^Give server 2 the configuration of the others/,
  },
  {
    kind: 'config-differs',
    name: 'of other stores, found without a file',
    look: look(3, { 0: { configDigest: 'bad' } }, { config: undefined }),
    servers: [0],
    problem: /: its founders, its block stores, or the number of copies, are others\.$/,
    advice: /server 0/,
  },
  {
    kind: 'config-differs',
    name: 'the file is not that of the servers',
    look: look(3, {}, { config: { digest: 'bad', servers: [] } }),
    servers: [0, 1, 2],
    problem: /^The servers were started with another configuration than c\.txt: there /,
    advice: /^Use the file that the servers use/,
  },
  {
    kind: 'secret-differs',
    name: 'each refuses the other',
    look: look(3, {
      0: { links: [link(1, { answeredMs: 4 }), link(2, { failure: unauthorised })] },
      2: {
        ...noLeader,
        links: [link(0, { failure: unauthorised }), link(1, { failure: unauthorised })],
      },
    }),
    servers: [2],
    problem:
      "Server 2 and servers 0 and 1 refuse each other's calls: " +
      `server 2 has another secret or certificate (${unauthorised}).`,
    advice: /^Start server 2 with the --secret-file/,
  },
  {
    kind: 'config-differs',
    name: 'and so they refuse each other as of other clusters',
    look: look(3, {
      0: { links: [link(1, { answeredMs: 4 }), link(2, { failure: ofAnotherCluster })] },
      2: {
        ...noLeader,
        configDigest: 'bad',
        links: [link(0, { failure: ofAnotherCluster }), link(1, { failure: ofAnotherCluster })],
      },
    }),
    servers: [2],
    problem: /^Server 2 was started with another configuration than the others: /,
    advice: /^Give server 2 the configuration of the others/,
  },
  {
    kind: 'link-broken',
    name: 'one cannot call another',
    look: look(3, {
      0: { links: [link(1, { answeredMs: 4 }), link(2, { failure: 'connect ETIMEDOUT' })] },
    }),
    servers: [0, 2],
    problem: 'Server 0 cannot reach server 2 (host2:9001), which answers here: connect ETIMEDOUT.',
    advice: /firewalls/,
  },
  {
    kind: 'state-differs',
    name: 'states',
    look: look(3, { 1: { stateMismatch: { index: 7, servers: [0, 2] } } }),
    servers: [1],
    problem: 'The state of server 1 differs from that of servers 0 and 2 at index 7.',
    advice: /backup/,
  },
  {
    kind: 'clock-differs',
    name: 'ahead of the others',
    look: look(3, { 1: told(report(1, 3, { clockMs: nowMs + 3_600_000 }), 3_600_000) }),
    servers: [1],
    problem: "The clock of server 1 is 1 h ahead of the others': it says 2025-11-24T17:00:00Z.",
    advice: /time service/,
  },
  {
    kind: 'clock-differs',
    name: 'behind this machine, and nobody else to ask',
    look: look(1, { 0: told(report(0, 1, { clockMs: 1e300 }), -5_000) }),
    servers: [0],
    problem: /5\.0 s behind the others': it says 1e\+300 ms after 1970\.$/,
    advice: /time service/,
  },
  {
    kind: 'joining',
    name: 'a new server',
    look: look(3, { 0: { ...noLeader, standing: 'joining' }, 1: refused, 2: refused }),
    servers: [0],
    problem: 'Server 0 is new and does not count before a majority has come to know it.',
    advice: /^Start the other servers/,
  },
  {
    kind: 'no-majority',
    name: 'too few',
    look: look(3, {
      0: refused,
      1: refused,
      2: { ...noLeader, pendingUpdates: 1, pendingReads: 2 },
    }),
    servers: [0, 1, 2],
    problem:
      'There is no majority: only server 2 of 3 can take part, 2 are needed. ' +
      '1 update and 2 reads wait until that has changed.',
    advice: /so that 1 more server can take part/,
  },
  {
    kind: 'no-majority',
    name: 'nobody',
    look: look(3, { 0: refused, 1: refused, 2: mute }),
    servers: [0, 1, 2],
    problem: /: no server of 3 can take part, 2 are needed\. Updates and reads wait/,
    advice: /2 more servers/,
  },
  {
    kind: 'no-leader',
    name: 'an election',
    look: look(3, { 0: noLeader, 1: noLeader, 2: noLeader }),
    servers: [0, 1, 2],
    problem: /^Nobody leads a majority, although 3 of 3 servers could take part\./,
    advice: /^An election is under way/,
  },
  {
    kind: 'behind',
    name: 'far behind',
    look: look(3, { 0: { commitIndex: 5_009 }, 1: { lastApplied: 5_009 } }),
    servers: [2],
    problem: 'Server 2 is 5000 entries behind the leader.',
    advice: /catching up/,
  },
  {
    kind: 'learner',
    name: 'it was not started',
    look: look(3, { 0: { members: grown }, 2: refused }, { learners: [2] }),
    servers: [2],
    problem: 'Server 2 was added, and does not count yet: it does not answer.',
    advice: /^Start it: \.\/run-server\.sh CONFIG 2/,
  },
  {
    kind: 'learner',
    name: 'it waits for a server that must know it',
    look: look(
      3,
      { 0: { members: grown }, 1: refused, 2: { standing: 'joining', awaitedJoins: [1] } },
      { learners: [2] },
    ),
    servers: [2],
    problem: /: it waits for server 1, which must come to know it\.$/,
    advice: /^Bring server 1 back, or remove .*: npx surfraft member remove c\.txt ID$/,
  },
  {
    kind: 'file-stale',
    name: 'the file that was named lacks a member, and has one too many',
    look: look(3, { 0: { members: [...grown, member(4)].slice(1) } }),
    servers: [4, 0],
    problem:
      'c.txt and the cluster differ: the file lacks server 4 and it has server 0, no member.',
    advice:
      /the line "metadata4: host4:9001 joined" and M and the word removed .* metadata0, and copy/,
  },
  {
    kind: 'file-stale',
    name: 'servers were started with an older file',
    look: look(3, {
      0: { members: grown, file: grown.slice(0, 2) },
      1: { file: grown.slice(0, 2) },
      2: { file: grown },
    }),
    servers: [0, 1],
    problem:
      'Servers 0 and 1 were started with a file that is not up to date: the file lacks server 2.',
    advice: /^Give servers 0 and 1 the new file/,
  },
  {
    kind: 'removed',
    name: 'a removed server runs',
    look: look(
      3,
      { 0: { members: grown } },
      {
        others: [
          {
            id: 7,
            address: addressOf(7),
            seen: told(report(7, 3, { removed: true, leaderId: undefined })),
          },
        ],
      },
    ),
    servers: [7],
    problem: 'Server 7 (host7:9001) was removed from the cluster, and still runs.',
    advice: /^End it/,
  },
];
