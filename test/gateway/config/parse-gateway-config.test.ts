import { expect } from 'chai';
import type { GatewayConfig } from '../../../src/gateway/config/gateway-config.js';
import { parseGatewayConfig } from '../../../src/gateway/config/parse-gateway-config.js';

const seedConfig = `{
  "workers" :[
    { "host": "127.0.0.1", "port" : 9000 },
    { "host": "127.0.0.1", "port" : 9001 }
  ],
  "baseDirectory": "/srv/files/",
  "masterPort": 9090
}`;

function accept(text: string): GatewayConfig {
  const parsed = parseGatewayConfig(text, 'conf.json');
  if (parsed.kind === 'error') throw new Error(parsed.errors.join('\n'));
  return parsed.config;
}

function refuse(text: string): readonly string[] {
  const parsed = parseGatewayConfig(text, 'conf.json');
  if (parsed.kind === 'ok') throw new Error(`${text} was accepted`);
  return parsed.errors;
}

function config(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    workers: [{ host: '127.0.0.1', port: 9000 }],
    baseDirectory: 'files',
    masterPort: 9090,
    ...fields,
  });
}

const hash = `scrypt:15:8:1:${'s'.repeat(22)}:${'k'.repeat(43)}`;

describe("the gateway's configuration", () => {
  it('is read as the original wrote it, with every default', () => {
    expect(accept(seedConfig)).to.deep.equal({
      workers: [
        { host: '127.0.0.1', port: 9000, remote: false },
        { host: '127.0.0.1', port: 9001, remote: false },
      ],
      baseDirectory: '/srv/files/',
      cluster: undefined,
      clusterTls: undefined,
      masterPort: 9090,
      masterHost: undefined,
      healthIntervalMs: 1_000,
      healthTimeoutMs: 1_000,
      workerTimeoutMs: 1_000,
      cacheBytes: 67_108_864,
      listing: false,
      dotfiles: false,
      connectionsMax: 1_000,
      uploads: false,
      uploadBytes: 1_073_741_824,
      shareKey: undefined,
      tls: undefined,
      auth: undefined,
    });
  });

  it('takes every key', () => {
    const all = accept(
      config({
        workers: [{ host: '[::1]', port: 1, remote: true }],
        cluster: 'cluster.txt',
        clusterTls: { ca: 'a', cert: 'b', key: 'd' },
        masterHost: 'localhost',
        healthInterval: 500,
        healthTimeout: 250,
        workerTimeout: 2_000,
        cacheBytes: 0,
        listing: true,
        dotfiles: true,
        connections: 10,
        uploads: true,
        uploadBytes: 5,
        shareKey: 'key.txt',
        tls: { cert: 'c', key: 'k' },
        auth: { realm: 'mine', users: { ann: hash } },
      }),
    );
    expect(all).to.include({ masterHost: 'localhost', cluster: 'cluster.txt', cacheBytes: 0 });
    expect(all).to.include({ healthIntervalMs: 500, healthTimeoutMs: 250, workerTimeoutMs: 2_000 });
    expect(all).to.include({ listing: true, dotfiles: true, connectionsMax: 10 });
    expect(all).to.include({ uploads: true, uploadBytes: 5, shareKey: 'key.txt' });
    expect(all.workers).to.deep.equal([{ host: '::1', port: 1, remote: true }]);
    expect(all.tls).to.deep.equal({ cert: 'c', key: 'k' });
    expect(all.clusterTls).to.deep.equal({ ca: 'a', cert: 'b', key: 'd' });
    const clusterTls = { ca: 'a' };
    expect(accept(config({ cluster: 'c', clusterTls })).clusterTls).to.deep.equal({
      ...{ ca: 'a', cert: undefined, key: undefined },
    });
    expect(all.auth?.realm).to.equal('mine');
    expect(all.auth?.users.get('ann')).to.include({ log2n: 15, r: 8, p: 1 });
  });

  for (const [name, text, ...expected] of [
    ['no object', '[]', '1:1: the text is a list; expected an object'],
    [
      'nothing in it',
      '{}',
      '1:1: "workers" is missing',
      '1:1: "masterPort" is missing',
      '1:1: "baseDirectory" and "cluster" are missing',
    ],
    [
      'uploads without a cluster',
      config({ uploads: true }),
      'uploads is true; expected "cluster", too, in which uploads are kept',
    ],
    [
      'certificates for no cluster, and half of a pair',
      config({ clusterTls: { cert: 'c' } }),
      'clusterTls has no use alone; expected "cluster", too',
      'clusterTls: "ca" is missing; expected it',
      'clusterTls: "cert" and "key" go together; expected both, or none of them',
    ],
    [
      'an unknown key',
      config({ masterPrt: 1 }),
      'masterPrt is unknown (masterPort?); expected workers, masterPort, ',
    ],
    [
      'an unknown key of a worker',
      config({ workers: [{ host: 'a', port: 1, remot: true }] }),
      'workers[0].remot is unknown (remote?); expected host, port, remote',
    ],
    ['no workers', config({ workers: [] }), 'workers has 0 items; expected 1 to 1000'],
    ['a worker that is none', config({ workers: [7] }), 'workers[0] is 7; expected an object'],
    [
      'a worker without a port',
      config({ workers: [{ host: 'a' }] }),
      'workers[0]: "port" is missing; expected it',
    ],
    [
      'ports out of range',
      config({ masterPort: 0, workers: [{ host: 'a', port: 65_536 }] }),
      'workers[0].port is 65536; expected a whole number from 1 to 65535',
      'masterPort is 0; expected a whole number from 1 to 65535',
    ],
    ['a port as text', config({ masterPort: '80' }), 'masterPort is "80"; expected a whole'],
    ['a broken number', config({ healthInterval: 1.5 }), 'healthInterval is 1.5; expected a whole'],
    ['a host that is none', config({ masterHost: 'a b' }), 'masterHost is "a b"; expected a name'],
    ['an empty folder', config({ baseDirectory: ' ' }), 'baseDirectory is " "; expected the path'],
    ['a flag that is none', config({ listing: 1 }), 'listing is 1; expected true or false'],
    [
      'two workers at one address',
      config({
        workers: [
          { host: 'localhost', port: 1 },
          { host: '127.0.0.1', port: 1 },
        ],
      }),
      'workers[1] has the address of workers[0]; expected one address for each worker',
    ],
    [
      "a worker at the master's port",
      config({ workers: [{ host: '127.0.0.1', port: 9090 }] }),
      'workers[0].port is 9090, the masterPort; expected another port',
    ],
    [
      "a worker at the master's address",
      config({ masterHost: '10.0.0.1', workers: [{ host: '10.0.0.1', port: 9090 }] }),
      'workers[0].port is 9090, the masterPort',
    ],
    ['half a TLS pair', config({ tls: { cert: 'c' } }), 'tls: "key" is missing; expected it'],
    [
      'a password instead of its hash',
      config({ auth: { users: { ann: 'swordfish' } } }),
      'auth.users.ann is no hash of a password; expected a hash as',
    ],
    [
      'a hash that would take minutes',
      config({ auth: { users: { ann: hash.replace(':15:', ':30:') } } }),
      'auth.users.ann has costs out of range',
    ],
    ['no users', config({ auth: { users: {} } }), 'auth.users has 0 users; expected 1 to 1000'],
    ['a user with a colon', config({ auth: { users: { 'a:b': hash } } }), 'is no user name'],
  ] as const) {
    it(`refuses ${name}`, () => {
      const errors = refuse(text);
      expect(errors).to.have.length(expected.length);
      for (const [index, part] of expected.entries()) {
        expect(errors[index])
          .to.match(/^conf\.json:\d+:\d+: /)
          .and.to.contain(part);
      }
    });
  }

  it('never shows what may be a password', () => {
    const text = config({ auth: { users: { ann: 'swordfish' } } });
    expect(refuse(text).join()).not.to.contain('swordfish');
  });

  it('may have workers of other machines at the port of the master', () => {
    accept(config({ workers: [{ host: 'far.example', port: 9090 }] }));
    accept(config({ masterHost: '10.0.0.1', workers: [{ host: '10.0.0.2', port: 9090 }] }));
  });

  it('is told of every mistake at once, in order of lines, and of no more than twenty', () => {
    const text = '{\n "masterPort": 0,\n "workers": 1,\n "baseDirectory": 2\n}';
    const places = refuse(text).map((line) => line.split(': ')[0]);
    expect(places).to.deep.equal(['conf.json:2:16', 'conf.json:3:13', 'conf.json:4:19']);
    const many = config({ workers: Array.from({ length: 30 }, () => 1) });
    expect(refuse(many)).to.have.length(21);
    expect(refuse(many).at(-1)).to.equal('conf.json: … and 10 more mistakes');
  });
});
