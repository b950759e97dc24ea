/**
 * The alert rules: promtool takes them, its unit tests of them hold, and each one says what it
 * means and leads to a section of docs/OPERATIONS.md. How they fire on a real cluster is told in
 * test/e2e.
 */
import { expect } from 'chai';
import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { statusMetrics } from '../../src/gateway/master/status-report.js';
import { FrontMetrics } from '../../src/web/site/front-metrics.js';
import { pend } from '../e2e/support/pend.js';
import { tryCommand } from '../e2e/support/try-command.js';
import { projectRoot } from '../tidy/source-text.js';
import { alertsPath, metricsIn, readAlerts } from './read-ops.js';

const unitTestsPath = join(projectRoot(), 'test/fixtures/prometheus/alerts.test.yml');

describe('the alert rules', () => {
  const alerts = readAlerts();
  const operations = readFileSync(join(projectRoot(), 'docs/OPERATIONS.md'), 'utf8');

  it('say of each alarm how bad it is, what it means and what to do', () => {
    const anchors = [...operations.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    for (const { alert, labels, annotations } of alerts) {
      expect(labels.severity, alert).to.be.oneOf(['critical', 'warning', 'info']);
      expect(annotations['summary'], alert).to.match(/\{\{ \$labels\.(instance|job) \}\}/);
      expect(annotations['description']?.length, alert).to.be.above(60);
      expect(annotations['runbook'], alert).to.equal(`docs/OPERATIONS.md#${alert.toLowerCase()}`);
      expect(anchors, alert).to.include(alert.toLowerCase());
    }
  });

  it('are told in docs/OPERATIONS.md, and no others', () => {
    const told = [...operations.matchAll(/^#+ (Surfraft\w+)$/gm)].map(([, name]) => name);
    expect(told).to.have.members(alerts.map(({ alert }) => alert));
  });

  it('ask the gateway and the site for what these tell', () => {
    const texts = [gatewayText(), siteText()].join('');
    const asked = alerts.flatMap(({ expr }) => metricsIn(expr));
    const theirs = asked.filter((name) => /^surfraft_(gateway|site)_/.test(name));
    expect(theirs).to.not.have.lengthOf(0);
    for (const name of theirs) expect(texts).to.match(new RegExp(`^# TYPE ${name} `, 'm'));
  });

  describe('with promtool', () => {
    before(async function () {
      const refusal = await tryCommand(() => execa('promtool', ['--version']));
      if (refusal !== undefined) pend(this, `no promtool here (Debian: prometheus): ${refusal}`);
    });

    it('are taken by it', async () => {
      const { stdout } = await execa('promtool', ['check', 'rules', alertsPath]);
      expect(stdout).to.include(`SUCCESS: ${alerts.length} rules found`);
      await execa('promtool', ['check', 'config', join(projectRoot(), 'ops/prometheus.yml')]);
    });

    it('fire when they should and only then, each of them', async () => {
      const tests = readFileSync(unitTestsPath, 'utf8');
      for (const { alert } of alerts) expect(tests).to.include(`{alertname="${alert}"}`);
      const { stdout } = await execa('promtool', ['test', 'rules', unitTestsPath]);
      expect(stdout).to.include('SUCCESS');
    });

    it('and so are the metrics of the gateway and of the site', async () => {
      for (const input of [gatewayText(), siteText()]) {
        const { stderr } = await execa('promtool', ['check', 'metrics'], { input });
        expect(stderr).to.equal('');
      }
    });
  });
});

function gatewayText(): string {
  const figures = { startedMs: 0, nowMs: 1, requests: 3, heldHits: 1, carriedOn: 0 };
  return statusMetrics({ ...figures, members: [], connections: 2 });
}

function siteText(): string {
  const metrics = new FrontMetrics(() => ({ servers: 3, liveServers: 2, writesPending: 1 }));
  metrics.answered(200, 3);
  return String(metrics.answer().body);
}
