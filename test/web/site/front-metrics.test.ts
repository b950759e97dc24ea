/** What a front tells Prometheus, and whom. */
import { expect } from 'chai';
import { useFront } from './front-rig.js';

describe('the metrics of a front', () => {
  const front = useFront();

  async function get(headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    return fetch(`http://127.0.0.1:${front().port}/metrics`, { headers, method });
  }

  it('count requests by the class of their status, and time them', async () => {
    const base = `http://127.0.0.1:${front().port}`;
    await (await fetch(`${base}/`)).text();
    await (await fetch(`${base}/nowhere`)).text();
    await (await fetch(`${base}/logout`)).text();
    const response = await get();
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    const lines = (await response.text()).split('\n');
    expect(lines).to.include.members([
      'surfraft_site_requests_total{class="2xx"} 1',
      'surfraft_site_requests_total{class="4xx"} 2',
      'surfraft_site_requests_total{class="5xx"} 0',
      'surfraft_site_request_duration_seconds_count 3',
      `surfraft_site_servers ${front().cluster.servers.length}`,
      `surfraft_site_servers_live ${front().cluster.servers.length}`,
      'surfraft_site_writes_pending 0',
    ]);
  });

  it('are for the own machine only, and not for those behind a proxy on it', async () => {
    for (const name of ['Forwarded', 'Via', 'X-Forwarded-For', 'X-Real-IP']) {
      expect((await get({ [name]: '192.0.2.7' })).status, name).to.equal(404);
    }
    expect((await get({}, 'HEAD')).status).to.equal(200);
    expect((await get({}, 'POST')).status).to.not.equal(200);
  });
});
