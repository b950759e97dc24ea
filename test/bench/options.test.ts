/** The command line of the bench. */
import { expect } from 'chai';
import { parseBenchRequest, type BenchOptions } from '../../bench/options.js';

async function optionsOf(...argv: readonly string[]): Promise<BenchOptions> {
  const request = await parseBenchRequest(argv);
  return request.kind === 'run' ? request.options : expect.fail(JSON.stringify(request));
}

async function misuseOf(...argv: readonly string[]): Promise<string> {
  const request = await parseBenchRequest(argv);
  return request.kind === 'misuse' ? request.message : expect.fail(JSON.stringify(request));
}

describe('the command line of the bench', () => {
  it('is thorough unless it is told to be quick', async () => {
    const { seed, ...others } = await optionsOf();
    expect(seed).to.match(/^\d+$/);
    expect(others).to.deep.equal({
      ...{ isQuick: false, rounds: 5, seconds: 5, warmUpSeconds: 3, steadySeconds: 15 },
      ...{ isSync: false, goals: undefined, growth: undefined, gateway: false },
      ...{ site: false, people: 200, siteSeconds: 60 },
      dataDir: undefined,
      ...{ json: undefined, svg: undefined, markdown: undefined },
    });
    expect(await optionsOf('--quick')).to.include({ rounds: 1, seconds: 1, warmUpSeconds: 1 });
  });

  it('takes what is given over what is quick', async () => {
    const options = await optionsOf('--quick', '--rounds', '3', '--seconds', '2');
    expect(options).to.include({ isQuick: true, rounds: 3, seconds: 2 });
  });

  it('picks goals by id and by text', async () => {
    expect((await optionsOf('--only', 'map')).goals).to.deep.equal(['map-1', 'map-8']);
    expect((await optionsOf('--only', 'GETFILEINFO')).goals).to.deep.equal([
      ...['reads-128', 'reads-1'],
    ]);
  });

  it('moves folders instead, but not together with growth', async () => {
    expect((await optionsOf('--sync', '--quick')).isSync).to.equal(true);
    expect(await misuseOf('--sync', '--growth')).to.include('two different runs');
  });

  it('picks axes of growth instead', async () => {
    const all = await optionsOf('--growth');
    expect(all.growth?.map(({ id }) => id)).to.deep.equal([
      ...['files', 'servers', 'clients', 'hashes'],
    ]);
    expect(all.goals).to.equal(undefined);
    const { growth } = await optionsOf('--growth', '--only', 'serv');
    expect(growth?.map(({ id }) => id)).to.deep.equal(['servers']);
  });

  it('fills the site with people instead, with nothing of the other runs', async () => {
    const argv = ['--site', '--people', '7', '--seconds', '30', '--seed', 'x'];
    const wanted = { site: true, people: 7, siteSeconds: 30, seed: 'x' };
    expect(await optionsOf(...argv)).to.include(wanted);
    expect(await optionsOf('--site', '--quick')).to.include({ people: 40, siteSeconds: 12 });
    expect(await misuseOf('--people', '7')).to.include('--people goes with --site');
    expect(await misuseOf('--seed', 'x')).to.include('--seed goes with --site');
    expect(await misuseOf('--site', '--people', '1001')).to.include('from 1 to 1000');
    for (const other of [['--sync'], ['--gateway'], ['--growth'], ['--rounds', '2']]) {
      expect(await misuseOf('--site', ...other), other[0]).to.match(/--(site|gateway) goes with/);
    }
  });

  it('lists and helps', async () => {
    expect(await parseBenchRequest(['--list'])).to.have.property('kind', 'list');
    const help = await parseBenchRequest(['--help']);
    expect(help).to.have.property('text').that.includes('--markdown').and.includes('Exit codes');
  });

  it('says what is wrong', async () => {
    expect(await misuseOf('--rounds', '0')).to.match(/--rounds is a whole number from 1/);
    expect(await misuseOf('--seconds', '1.5')).to.match(/--seconds is a whole number/);
    expect(await misuseOf('--seconds', 'x')).to.match(/--seconds is a whole number/);
    expect(await misuseOf('--only', 'nothing')).to.match(/no goal has "nothing" in it/);
    expect(await misuseOf('--growth', '--only', 'nothing')).to.match(/no axis of growth/);
    expect(await misuseOf('--json', 'a', '--json', 'b')).to.match(/--json is given twice/);
    expect(await misuseOf('--jsn', 'a')).to.match(/Unknown argument: jsn/);
    expect(await misuseOf('surplus')).to.match(/surplus/);
    expect(await misuseOf('--svg')).to.match(/svg/);
  });
});
