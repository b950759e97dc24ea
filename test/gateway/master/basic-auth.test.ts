import { expect } from 'chai';
import { parseGatewayConfig } from '../../../src/gateway/config/parse-gateway-config.js';
import { BasicAuth, hashPassword } from '../../../src/gateway/master/basic-auth.js';

function field(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

describe('basic authentication', () => {
  let auth: BasicAuth;

  before(async () => {
    const users = { ann: await hashPassword('pass: wörd'), bob: await hashPassword('12345678') };
    const text = JSON.stringify({
      workers: [{ host: 'w', port: 1 }],
      ...{ baseDirectory: '.', masterPort: 2, auth: { users } },
    });
    const parsed = parseGatewayConfig(text, 'conf.json');
    if (parsed.kind === 'error' || parsed.config.auth === undefined) throw new Error('no auth');
    auth = new BasicAuth(parsed.config.auth);
  });

  it('lets in who knows the password, at once the second time', async () => {
    expect(await auth.check(field('ann', 'pass: wörd'))).to.equal('allowed');
    expect(await auth.check(field('ann', 'pass: wörd'))).to.equal('allowed');
    expect(await auth.check(field('bob', '12345678'))).to.equal('allowed');
  });

  for (const [name, given] of [
    ['nothing', undefined],
    ['a wrong password', field('ann', 'pass: word')],
    ['the password of another', field('ann', '12345678')],
    ['nobody', field('eve', '12345678')],
    ['an empty name', field('', '')],
    ['another scheme', 'Bearer abc'],
    ['no base64', 'Basic %%%'],
    ['no colon', `Basic ${Buffer.from('ann').toString('base64')}`],
    ['too much', field('ann', 'x'.repeat(2_000))],
  ] as const) {
    it(`refuses ${name}`, async () => {
      expect(await auth.check(given)).to.equal('refused');
    });
  }

  it('hashes a few at a time, and refuses a flood', async () => {
    const verdicts = await Promise.all(
      Array.from({ length: 70 }, (_, index) => auth.check(field('ann', `guess${index}`))),
    );
    expect(verdicts.filter((verdict) => verdict === 'busy')).to.have.length(18);
    expect(verdicts.filter((verdict) => verdict === 'refused')).to.have.length(52);
    expect(await auth.check(field('bob', '12345678'))).to.equal('allowed');
  });
});
