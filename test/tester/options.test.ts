/**
 * The command line of the tester.
 */
import { expect } from 'chai';
import { parseRequest } from '../../tester/options.js';

const parse = (line: string) => parseRequest(line.split(' ').filter(Boolean), '1.2.3');
const address = { host: 'localhost', port: 9001 };
const suiteOnly = { suite: true, scenarios: [], chaos: undefined };
const plainOptions = {
  work: suiteOnly,
  only: [],
  reporter: 'spec',
  reportFile: undefined,
  grade: false,
  timeoutScale: 1,
};

describe('the command line', () => {
  it('asks for the whole suite when there is only an address', async () => {
    expect(await parse('localhost:9001')).to.deep.equal({
      kind: 'judge',
      judged: { kind: 'running', address, configFile: undefined },
      options: plainOptions,
    });
  });

  it('names what was meant by an unknown option', async () => {
    const message = 'unknown option --scenaro; did you mean --scenario? (see --help)';
    expect(await parse('localhost:9001 --scenaro=x')).to.deep.equal({ kind: 'misuse', message });
  });

  it('takes the options of a run before and after the address', async () => {
    const line = '--only api --only race localhost:9001 --config c.txt --reporter tap';
    expect(await parse(`${line} --timeout-scale 2.5 --report r.html`)).to.deep.equal({
      kind: 'judge',
      judged: { kind: 'running', address, configFile: 'c.txt' },
      options: {
        work: suiteOnly,
        only: ['api', 'race'],
        reporter: 'tap',
        reportFile: 'r.html',
        grade: false,
        timeoutScale: 2.5,
      },
    });
  });

  it('takes certificates and a secret, for whom it judges and for one call', async () => {
    const accessFiles = { 'tls-ca': 'ca', 'tls-cert': 'c', 'tls-key': 'k', 'secret-file': 's' };
    const options = '--tls-ca ca --tls-cert c --tls-key k --secret-file s';
    const judged = { kind: 'running', address, configFile: undefined, accessFiles };
    expect(await parse(`localhost:9001 ${options}`)).to.deep.include({ judged });
    expect(await parse(`localhost:9001 state ${options}`)).to.deep.include({ accessFiles });
    const started = { kind: 'started', configFile: 'f', serverCommand: undefined, accessFiles };
    expect(await parse(`--start f ${options}`)).to.deep.include({ judged: started });
    for (const [wrong, reason] of [
      ['--tls-cert c', '--tls-cert and --tls-key go together'],
      [
        '--tls-cert c --tls-key k',
        '--tls-cert needs --tls-ca, too: the authorities of the servers',
      ],
    ] as const) {
      const message = `${reason} (see --help)`;
      const request = await parse(`localhost:9001 ${wrong}`);
      expect(request).to.deep.equal({ kind: 'misuse', message });
    }
  });

  it('keeps names and hashes as texts and reads the version as a number', async () => {
    const request = await parse('localhost:9001 updatefile 007 -1 0 0x1 --json');
    expect(request).to.deep.equal({
      kind: 'call',
      address,
      call: { method: 'updatefile', params: ['007', -1, ['0', '0x1']] },
      asJson: true,
      timeoutScale: 1,
    });
  });

  it('asks for the methods behind "state" and "getversion"', async () => {
    expect(await parse('localhost:9001 state')).to.deep.include({
      call: { method: 'getinternalstate', params: [] },
    });
    expect(await parse('localhost:9001 getversion a')).to.deep.include({
      call: { method: 'tester_getversion', params: ['a'] },
    });
  });

  it('lists without an address', async () => {
    expect(await parse('--list --only race')).to.deep.equal({
      kind: 'list',
      only: ['race'],
      work: suiteOnly,
    });
  });

  it('shows version and help', async () => {
    expect(await parse('--version')).to.deep.equal({ kind: 'print', text: '1.2.3' });
    const help = await parse('--help');
    const text = help.kind === 'print' ? help.text : '';
    expect(text).to.contain('updatefile NAME VERSION [HASH…]');
    expect(text).to.contain('--timeout-scale');
    expect(text.split('\n').every((line) => line.length <= 100)).to.equal(true);
  });

  it('asks for chaos in place of the suite', async () => {
    const chaos = { seed: '7', seconds: 12, clients: 3, kill: false };
    const line = 'localhost:9001 --chaos --seed 7 --seconds 12 --clients 3';
    expect(await parse(line)).to.deep.include({
      options: { ...plainOptions, work: { suite: false, scenarios: [], chaos } },
    });
  });

  it('asks for scenarios in place of the suite, and for all together with --grade', async () => {
    const scenarios = ['a.yaml', 'more'];
    const line = 'localhost:9001 --scenario a.yaml --scenario more';
    expect(await parse(line)).to.deep.include({
      options: { ...plainOptions, work: { suite: false, scenarios, chaos: undefined } },
    });
    expect(await parse(`${line} --grade`)).to.deep.include({
      options: {
        ...plainOptions,
        grade: true,
        work: { suite: true, scenarios, chaos: undefined },
      },
    });
  });

  it('takes servers to be started by a command of their own', async () => {
    const request = await parse('--start c.txt --server-command {id}! --chaos --kill');
    expect(request).to.deep.include({
      judged: { kind: 'started', configFile: 'c.txt', serverCommand: '{id}!' },
    });
  });

  const misuses: readonly (readonly [line: string, words: RegExp])[] = [
    ['', /HOST:PORT is missing/],
    ['localhost', /"localhost" is not HOST:PORT/],
    ['localhost:9001 --nonsense', /nonsense/],
    ['localhost:9001 --reporter pdf', /pdf|Invalid values/],
    ['localhost:9001 --timeout-scale 0', /above 0/],
    ['localhost:9001 --timeout-scale many', /above 0/],
    ['localhost:9001 --chaos --seconds 0', /--seconds is a number above 0/],
    ['localhost:9001 --chaos --clients 1.5', /--clients is a whole number, not 1.5/],
    ['localhost:9001 --chaos --clients 1000', /--clients is a number above 0 and at most 128/],
    ['localhost:9001 --chaos --kill', /--kill needs --start/],
    ['localhost:9001 --seed 7', /--seed needs --chaos/],
    ['localhost:9001 --kill', /--kill needs --chaos/],
    ['localhost:9001 --start c.txt', /"localhost:9001" is one too many/],
    ['localhost:9001 --server-command x', /--server-command needs --start/],
    ['--start c.txt --config d.txt', /leave --config out/],
    ['--start c.txt --start d.txt', /--start is given twice/],
    ['localhost:9001 --reporter tap --reporter json', /--reporter is given twice/],
    ['localhost:9001 --chaos --seed 1 --seed 2', /--seed is given twice/],
    ['localhost:9001 --timeout-scale 2 --timeout-scale 3', /--timeout-scale is given twice/],
    ['localhost:9001 crash --chaos', /"crash" is one call/],
    ['localhost:9001 ping --scenario a.yaml', /"ping" is one call/],
    ['localhost:9001 explode', /unknown command "explode"; the commands are ping/],
    ['localhost:9001 ping now', /usage: ping/],
    ['localhost:9001 updatefile a', /usage: updatefile NAME/],
    ['localhost:9001 updatefile a one', /VERSION is an integer, not "one"/],
    ['localhost:9001 getversion', /usage: getversion NAME/],
    ['localhost:9001 getversion a\u0001', /a character that XML 1.0 cannot carry/],
  ];
  for (const [line, words] of misuses) {
    it(`refuses "${line}" with one line that says why`, async () => {
      const request = await parse(line);
      expect(request.kind).to.equal('misuse');
      const message = request.kind === 'misuse' ? request.message : '';
      expect(message).to.match(words);
      expect(message).to.not.contain('\n');
    });
  }
});
