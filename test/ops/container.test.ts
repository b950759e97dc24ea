/**
 * The files of ops/container: what the Containerfile copies is there and let through, and the
 * programs take the words that it and the compose file start them with.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { serverNodeFlags } from '../../bench/systems/node-flags.js';
import { must } from '../../src/base/assert.js';
import { projectRoot } from '../tidy/source-text.js';

const root = projectRoot();
const folder = join(root, 'ops/container');
/** Where the image has what `npm run build` makes here. */
const imageBuild = '/opt/surfraft/build/packed/';

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

interface ComposeService {
  readonly image: string;
  readonly build: { readonly context: string; readonly dockerfile: string };
  readonly command: readonly string[];
  readonly volumes: readonly string[];
}

/** The instructions, each with its word first; lines that are continued are one. */
async function readInstructions(): Promise<readonly (readonly [string, string])[]> {
  const text = await readFile(join(folder, 'Containerfile'), 'utf8');
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const end = line.indexOf(' ');
      return [line.slice(0, end), line.slice(end).trim()] as const;
    });
}

/** The words of an instruction in the form that no shell reads. */
async function wordsOf(instruction: string): Promise<readonly string[]> {
  const found = (await readInstructions()).filter(([word]) => word === instruction);
  const [, words] = must(found.at(-1), instruction);
  return JSON.parse(words.replace(/^.*?CMD\s+/, '')) as readonly string[];
}

/** Whether `.dockerignore`, all of whose rules let something through, lets a path through. */
function isLetThrough(path: string, rules: readonly string[]): boolean {
  return rules.some((rule) => path === rule || path.startsWith(`${rule}/`));
}

describe('the image of a server', () => {
  let scratch: string;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'surfraft-container-'));
  });

  after(() => rm(scratch, { recursive: true }));

  it('is made of files that are there and that are let through', async () => {
    const ignored = await readFile(join(root, '.dockerignore'), 'utf8');
    const rules = ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(rules[0]).to.equal('**');
    const through = rules.slice(1).map((rule) => {
      expect(rule).to.match(/^!/);
      return rule.slice(1);
    });
    const copies = (await readInstructions()).filter(([word]) => word === 'COPY');
    const sources = copies
      .map(([, words]) => words.split(' '))
      .filter(([first]) => first?.startsWith('--from=') !== true)
      .flatMap((words) => words.slice(0, -1));
    expect(sources).to.include.members(['package-lock.json', 'src', 'run-server.sh']);
    for (const source of sources) {
      expect(existsSync(join(root, source)), source).to.equal(true);
      expect(isLetThrough(source, through), source).to.equal(true);
    }
  });

  it('starts the server without a shell, as somebody who is not root', async () => {
    const instructions = await readInstructions();
    const users = instructions.filter(([word]) => word === 'USER').map(([, user]) => user);
    expect(users).to.have.length(1);
    expect(users[0]).to.match(/^[1-9]\d+:[1-9]\d+$/);
    expect((await wordsOf('ENTRYPOINT'))[0]).to.equal('node');
  });

  it('gives node the flags that run-server.sh gives it', async () => {
    const flags = (await wordsOf('ENTRYPOINT')).slice(1, -1);
    expect(flags).to.deep.equal(serverNodeFlags());
  });

  it('gives the server nothing that it does not know', async () => {
    const compose = await readCompose();
    const commands = [
      await wordsOf('CMD'),
      ...Object.values(compose.services).map(({ command }) => command),
    ];
    const [program = '', ...options] = await wordsOf('ENTRYPOINT');
    for (const command of commands) {
      const words = [...options, ...command].map((word) =>
        word
          .replace(imageBuild, join(root, 'build/'))
          .replace('/etc/surfraft', scratch)
          .replace('/var/lib/surfraft', join(scratch, 'data')),
      );
      const { exitCode, stderr } = await execa(program, words, { reject: false });
      // All that is wrong is that the configuration is missing.
      expect([exitCode, stderr]).to.deep.equal([2, stderr]);
      expect(stderr).to.match(/cluster\.txt.*(no such file|cannot be read)/);
    }
  });

  it('is used by a compose file whose servers are those of its configuration', async () => {
    const { services, volumes } = await readCompose();
    const text = await readFile(join(folder, 'cluster.txt'), 'utf8');
    const hosts = [...text.matchAll(/^metadata(\d+): (\S+):9000$/gm)];
    expect(hosts.map(([, , host]) => host)).to.deep.equal(Object.keys(services));
    for (const [, id, host = ''] of hosts) {
      const service = must(services[host], host);
      expect(service.command[1]).to.equal(id);
      expect(existsSync(join(folder, service.build.context, service.build.dockerfile))).to.equal(
        true,
      );
      for (const volume of service.volumes) {
        const [from = ''] = volume.split(':');
        const isThere = from.startsWith('.') ? existsSync(join(folder, from)) : from in volumes;
        expect(isThere, volume).to.equal(true);
      }
    }
  });

  it('has a health check that tells a server that is alive from one that is not', async () => {
    const script = must((await wordsOf('HEALTHCHECK'))[1], 'a script');
    const path = join(root, script.replace('/opt/surfraft/', ''));
    let status = 200;
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/livez' ? status : 404).end('told');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const env = { SURFRAFT_HEALTH_URL: `http://127.0.0.1:${port}/livez` };
    const check = () => execa('node', [path], { env, reject: false });
    expect((await check()).exitCode).to.equal(0);
    status = 503;
    expect(await check()).to.include({
      exitCode: 1,
      stderr: `${env.SURFRAFT_HEALTH_URL}: HTTP status 503`,
    });
    await new Promise((resolve) => server.close(resolve));
    const { exitCode, stderr } = await check();
    expect([exitCode, stderr.includes('ECONNREFUSED')]).to.deep.equal([1, true]);
  });
});

async function readCompose(): Promise<ComposeFile> {
  const text = await readFile(join(folder, 'compose.yaml'), 'utf8');
  return parse(text, { merge: true }) as ComposeFile;
}
