import { expect } from 'chai';
import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { prettyLine } from '../../src/io/logger.js';
import { projectRoot } from '../tidy/source-text.js';

/** A program that logs as `statements` say, `log` being a logger and `end` ending both. */
function program(statements: string, options: string): readonly string[] {
  const module = join(projectRoot(), 'build/src/io/logger.js');
  return [
    '--input-type=module',
    '--eval',
    `import { createLogger } from '${module}';
     const log = createLogger({ base: { server: 3 }, ${options} });
     const end = async (code) => { await log.close(); process.exit(code); };
     ${statements}`,
  ];
}

describe('the log', () => {
  it('has one line for people for each event, with time and level', () => {
    const json = JSON.stringify({ level: 40, time: '2026-01-02T03:04:05.006Z', msg: 'a\n  b' });
    expect(prettyLine(json)).to.match(/^\d\d:\d\d:05\.006 WARN {2}a ↵ b\n$/);
  });

  it('is JSON with its fields when asked for, on stderr alone', async () => {
    const { stdout, stderr } = await execa(
      process.execPath,
      program("log.log('info', 'hello', { term: 7 }); await end(0);", "level:'info',format:'json'"),
    );
    expect(stdout).to.equal('');
    const line = JSON.parse(stderr) as Readonly<Record<string, unknown>>;
    expect(line).to.include({ level: 30, server: 3, term: 7, msg: 'hello' });
  });

  it('leaves out what is less urgent than its level', async () => {
    const { stderr } = await execa(
      process.execPath,
      program(
        "for (const l of ['debug', 'info', 'warn', 'error']) log.log(l, 'as ' + l); await end(0);",
        "level: 'warn', format: 'pretty'",
      ),
    );
    expect(stderr.split('\n').map((line) => line.split(' as ')[1])).to.deep.equal([
      'warn',
      'error',
    ]);
  });

  it('goes on when its reader is gone', async () => {
    const child = spawn(
      process.execPath,
      program(
        `process.once('message', () => {
           for (let i = 0; i < 100; i += 1) log.log('info', 'x'.repeat(1000));
           setTimeout(() => { log.log('info', 'y'); void end(5); }, 50);
         });
         process.send('ready');`,
        "level: 'info', format: 'pretty'",
      ),
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    );
    await once(child, 'message');
    child.stderr?.destroy();
    child.send('go');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).to.equal(5);
  });

  it('stays bounded when its reader is slow, and says how many lines it lost', async () => {
    const child = spawn(
      process.execPath,
      program(
        `for (let i = 0; i < 12; i += 1) log.log('info', 'x'.repeat(1024 * 1024));
         process.send('written');
         process.once('message', () => { log.log('info', 'after'); void end(0); });`,
        "level: 'info', format: 'pretty'",
      ),
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    );
    await once(child, 'message');
    let written = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      written += chunk.toString();
    });
    child.send('go');
    await once(child, 'close');
    expect(written.split('\n').filter((line) => line.includes('xxx')).length).to.be.below(12);
    expect(written).to.match(/ WARN {2}\d+ log lines were lost/);
  });
});
