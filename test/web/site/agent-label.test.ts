/** What a session is called. */
import { expect } from 'chai';
import { agentLabel } from '../../../src/web/site/agent-label.js';

describe('the name of a session', () => {
  it('is made of the browser and the system, in our own words', () => {
    const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0';
    const labels = {
      'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0': 'Firefox on Linux',
      [`Mozilla/5.0 (Windows NT 10.0; Win64) ${chrome} Safari/537.36`]: 'Chrome on Windows',
      [`Mozilla/5.0 (Windows NT 10.0) ${chrome} Safari/537.36 Edg/120.0`]: 'Edge on Windows',
      [`Mozilla/5.0 (Linux; Android 14) ${chrome} Mobile Safari/537.36`]: 'Chrome on Android',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1':
        'Safari on iPhone',
      'curl/8.0': 'curl',
      'Python-urllib/3.11': 'Python',
      'something (X11; Linux)': 'A browser on Linux',
      '<script>alert(1)</script>': '',
    };
    for (const [agent, label] of Object.entries(labels)) {
      expect(agentLabel(agent), agent).to.equal(label);
    }
    expect(agentLabel(undefined)).to.equal('');
  });
});
