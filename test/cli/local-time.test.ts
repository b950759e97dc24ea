/** Times in the zone of this machine. */
import { expect } from 'chai';
import { execaSync } from 'execa';
import { fileURLToPath } from 'node:url';

const module = fileURLToPath(new URL('../../src/cli/local-time.js', import.meta.url));
const nowMs = Date.UTC(2026, 10, 28, 20, 5, 9, 999);

/** What a process in another time zone makes of it. */
function localTimeIn(zone: string): string {
  const script = `import { localTime } from ${JSON.stringify(module)};
    process.stdout.write(localTime(${nowMs}));`;
  const env = { TZ: zone };
  return execaSync('node', ['--input-type=module', '--eval', script], { env }).stdout;
}

describe('a local time', () => {
  it('is told in full, with its offset', () => {
    expect(localTimeIn('UTC')).to.equal('2026-11-28T20:05:09+00:00');
    expect(localTimeIn('Asia/Kolkata')).to.equal('2026-11-29T01:35:09+05:30');
    expect(localTimeIn('America/St_Johns')).to.equal('2026-11-28T16:35:09-03:30');
  });
});
