import { expect } from 'chai';
import { asServerId } from '../../src/base/ids.js';
import { childArguments } from '../../src/cli/child-arguments.js';
import { parseServerArguments, type ServerArguments } from '../../src/cli/server-arguments.js';
import { UsageError } from '../../src/cli/usage-error.js';

async function parse(...argv: readonly string[]): Promise<ServerArguments> {
  const parsed = await parseServerArguments(argv, '9.9.9');
  if (parsed.kind === 'print') throw new Error(`printed ${parsed.text}`);
  return parsed.args;
}

async function refusalOf(argv: readonly string[]): Promise<string> {
  try {
    await parseServerArguments(argv, '9.9.9');
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('the command line was accepted');
}

const defaults = {
  configPath: 'cluster.txt',
  serverId: undefined,
  dataDir: undefined,
  fresh: false,
  ephemeral: false,
  blocks: undefined,
  timing: { heartbeatMs: 75, electionTimeoutMinMs: 300, electionTimeoutMaxMs: 600 },
  seed: undefined,
  listen: undefined,
  logLevel: 'info',
  logFormat: 'pretty',
  testerApi: 'inside',
  formatMax: 3,
  secretFile: undefined,
  tls: undefined,
};

describe('the command line of the server', () => {
  it('has a default for everything but CONFIG', async () => {
    expect(await parse('cluster.txt')).to.deep.equal(defaults);
    expect(await parse('cluster.txt', '12')).to.deep.equal({ ...defaults, serverId: 12 });
  });

  it('takes every option', async () => {
    const args = await parse(
      ...['cluster.txt', '3', '--data-dir', 'd', '--fresh', '--ephemeral', '--seed', '007'],
      ...['--blocks', 'b'],
      ...['--election-timeout', '150-250', '--heartbeat', '50', '--listen', '[::1]:9301'],
      ...['--log-level', 'debug', '--log-format', 'json', '--no-tester-api'],
      ...['--format-max', '1'],
      ...['--secret-file', 's.txt', '--tls-cert', 'c', '--tls-key', 'k', '--tls-ca', 'a'],
    );
    expect(args).to.deep.include({
      serverId: 3,
      dataDir: 'd',
      fresh: true,
      ephemeral: true,
      blocks: { kind: 'folder', path: 'b' },
      seed: '007',
      formatMax: 1,
      timing: { heartbeatMs: 50, electionTimeoutMinMs: 150, electionTimeoutMaxMs: 250 },
      logLevel: 'debug',
      logFormat: 'json',
      testerApi: 'none',
      secretFile: 's.txt',
      tls: { certFile: 'c', keyFile: 'k', caFile: 'a', clientCaFile: undefined },
    });
    expect(args.listen).to.include({ host: '::1', port: 9301 });
  });

  it('listens at a host alone, too', async () => {
    expect((await parse('c', '--listen', '0.0.0.0')).listen).to.deep.equal({
      host: '0.0.0.0',
      port: undefined,
    });
    expect((await parse('c', '--listen', '::')).listen).to.include({ host: '::' });
  });

  it('shows every option with its default under --help', async () => {
    const parsed = await parseServerArguments(['--help'], '9.9.9');
    const text = parsed.kind === 'print' ? parsed.text : '';
    for (const word of [
      ...['--data-dir', '--fresh', '--ephemeral', '--election-timeout', '300-600', '--heartbeat'],
      ...[
        '--blocks',
        '--s3-endpoint',
        '--format-max',
        '"75"',
        '--seed',
        '--listen',
        '--log-level',
        '--log-format',
        '--no-tester-api',
      ],
      ...['--secret-file', '--tls-cert', '--tls-key', '--tls-ca', '--tls-client-ca'],
    ]) {
      expect(text).to.contain(word);
    }
    expect(text.match(/\[default: /g)).to.have.length(19);
  });

  it('prints the version under --version', async () => {
    const parsed = await parseServerArguments(['--version'], '9.9.9');
    expect(parsed).to.deep.equal({ kind: 'print', text: '9.9.9' });
  });

  for (const [argv, reason] of [
    [[], 'CONFIG is missing'],
    [['c', '1', '2'], 'too many arguments: 2'],
    [['c', '1', '--heartbaet=3'], 'unknown option --heartbaet; did you mean --heartbeat?'],
    [['c', '1', '--freshly'], 'unknown option --freshly; did you mean --fresh?'],
    [['c', '1', '-x'], 'unknown option -x; --help lists all'],
    [['c', '03'], 'ID is "03"'],
    [['c', '-1'], 'ID is "-1"'],
    [['c', '100'], 'ID is "100"'],
    [['c', '1e0'], 'ID is "1e0"'],
    [['c', '1', '--heartbeat'], '--heartbeat needs a value'],
    [['c', '1', '--heartbeat', 'soon'], '--heartbeat has "soon"'],
    [['c', '1', '--heartbeat', '4'], 'from 5 to'],
    [['c', '1', '--heartbeat', '300'], 'expected less'],
    [['c', '1', '--election-timeout', '300'], 'expected MIN-MAX'],
    [['c', '1', '--election-timeout', '600-300'], 'MIN less than MAX'],
    [['c', '1', '--election-timeout', '300-300'], 'MIN less than MAX'],
    [['c', '1', '--election-timeout', '300-9999999'], 'to 3600000'],
    [['c', '1', '--log-level', 'inof'], 'log-level is "inof"; did you mean info?'],
    [['c', '1', '--log-format', 'xml'], '"json"'],
    [['c', '1', '--data-dir='], '--data-dir is empty'],
    [['c', '1', '--blocks='], '--blocks is empty'],
    [['c', '1', '--blocks', 'ftp://bucket'], 'expected a folder or s3://BUCKET[/PREFIX]'],
    [['c', '1', '--s3-endpoint', 'http://s'], 'needs --blocks s3://BUCKET'],
    [['c', '1', '--listen', 'a b'], '--listen is "a b"'],
    [['c', '--tls-cert', 'x'], 'TLS needs --tls-key and --tls-ca, too'],
    [['c', '--tls-cert', 'x', '--tls-key', 'y'], 'TLS needs --tls-ca, too'],
    [['c', '--tls-client-ca', 'x'], 'TLS needs --tls-cert and --tls-key and --tls-ca'],
    [['c', '--listen', 'localhost:1'], 'expected no port'],
    [['c', '--format-max', '4'], '--format-max is "4"; expected one of 1, 2, 3'],
  ] as const) {
    it(`is refused in one line when it is "${argv.join(' ')}"`, async () => {
      const refusal = await refusalOf(argv);
      expect(refusal).to.contain(reason).and.not.to.contain('\n');
    });
  }

  it('of a server that a runner starts says all that the runner was told', async () => {
    const all = await parse(
      ...['--data-dir=-odd dir', '--fresh', '--ephemeral', '--seed=-1', '--heartbeat=60'],
      ...['--election-timeout=200-400', '--listen', '::1', '--log-level', 'warn'],
      ...[
        '--log-format',
        'json',
        '--no-tester-api',
        '--secret-file=-s',
        '--format-max=2',
        '--tls-cert=-c',
        '--tls-key=k',
        '--tls-ca=a',
        '--tls-client-ca=b',
        '--blocks=-my blocks',
        '--',
        '-c.txt',
      ],
    );
    const child = await parse(...childArguments(all, asServerId(12)));
    expect(child).to.deep.equal({
      ...all,
      serverId: 12,
      dataDir: '-odd dir/metadata12',
      blocks: { kind: 'folder', path: '-my blocks/metadata12' },
    });
    expect(await parse(...childArguments(await parse('c'), asServerId(0)))).to.deep.equal({
      ...defaults,
      configPath: 'c',
      serverId: 0,
    });
  });

  it('of a server that a runner starts names a place of its own in the same service', async () => {
    const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'];
    const before = names.map((name) => [name, process.env[name]] as const);
    for (const name of names) process.env[name] = 'x';
    try {
      const all = await parse('c', '--blocks', 's3://bucket/a', '--s3-endpoint', 'http://s:1');
      const argv = childArguments(all, asServerId(2));
      expect(argv).to.include.members(['--blocks=s3://bucket/a/metadata2']);
      expect(argv).to.include.members(['--s3-endpoint=http://s:1']);
      expect((await parse(...argv)).blocks).to.have.nested.property('place.prefix', 'a/metadata2');
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
  });
});
