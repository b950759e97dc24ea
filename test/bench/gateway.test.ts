import { expect } from 'chai';
import { readAbResult } from '../../bench/gateway/apache-bench.js';
import { gatewayRows, type GatewaySample } from '../../bench/gateway/gateway-report.js';

const printed = `Server Software:
Concurrency Level:      500
Time taken for tests:   1.053 seconds
Complete requests:      5000
Failed requests:        0
Total transferred:      734665000 bytes
Requests per second:    4748.13 [#/sec] (mean)
Time per request:       105.305 [ms] (mean)

Percentage of the requests served within a certain time (ms)
  50%     93
  66%    101
  99%    240
 100%    303 (longest request)
`;

describe('what ab prints', () => {
  it('is read', () => {
    expect(readAbResult(printed, 5_000)).to.deep.equal({
      ...{ perSecond: 4_748.13, failed: 0, p50Ms: 93, p99Ms: 240, longestMs: 303 },
    });
  });

  it('counts lengths that differ, errors and what was never completed', () => {
    const bad = printed
      .replace('Complete requests:      5000', 'Complete requests:      4990')
      .replace(/Failed requests: .*/, 'Failed requests:        7\nNon-2xx responses:      5');
    expect(readAbResult(bad, 5_000).failed).to.equal(22);
  });

  it('is refused when it is something else', () => {
    expect(() => readAbResult('apr_socket_recv: Connection refused', 1)).to.throw(/something else/);
  });
});

describe("the table of the gateway's benchmark", () => {
  const sample = (fields: Partial<GatewaySample>): GatewaySample => ({
    ...{ name: 'Apache 2', round: 1, keepsAlive: true, perSecond: 1_000, failed: 0 },
    ...{ p50Ms: 1, p99Ms: 2, longestMs: 3 },
    ...fields,
  });

  it('has medians, all failures, and the median of the ratios of each round', () => {
    const name = 'gateway, 2 workers';
    const rows = gatewayRows([
      ...[sample({}), sample({ round: 2, perSecond: 100 }), sample({ round: 3, failed: 2 })],
      sample({ name, round: 2, perSecond: 200, failed: 1 }),
      sample({ name, round: 1, perSecond: 3_000 }),
      sample({ name, round: 3, perSecond: 1_500, failed: 3 }),
    ]);
    expect(rows.slice(0, 2)).to.deep.equal([
      ['Apache 2', 'yes', '1,000', '2', '1', '2', '3', '1.00', '–'],
      [name, 'yes', '1,500', '4', '1', '2', '3', '2.00', '–'],
    ]);
  });

  it('keeps apart what was measured with and without keep-alive', () => {
    const rows = gatewayRows([sample({}), sample({ keepsAlive: false, perSecond: 5 })]);
    expect(rows.map(([, kept, rate]) => [kept, rate])).to.deep.equal([
      ['yes', '1,000'],
      ['no', '5'],
    ]);
  });
});
