/**
 * A real Prometheus that watches a cluster of a test, with the alert rules that we ship; what they
 * wait before they fire is cut short.
 */
import { execa } from 'execa';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { must } from '../../../src/base/assert.js';
import { projectRoot } from '../../tidy/source-text.js';
import { findClusterPorts } from './cluster-ports.js';
import { eventually } from './eventually.js';
import { host, type TestCluster } from './test-cluster.js';
import { tryCommand } from './try-command.js';

const startMsMax = 20_000;
const queryMsMax = 5_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One series of an answer, at the time of the question. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [seconds: number, value: string];
}

export interface Target {
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
  readonly scrapeUrl: string;
}

export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

interface RuleFile {
  readonly groups: { rules: { for?: string }[] }[];
}

export class PrometheusUnderTest {
  readonly #child: ChildProcess;
  readonly #url: string;
  #log = '';

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.#url = url;
    running.add(child);
    child.stderr?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
  }

  /** Why there can be none here; undefined when there can. */
  static async refusal(): Promise<string | undefined> {
    return tryCommand(() => execa('prometheus', ['--version']));
  }

  /** Its files lie in the cluster's folder; resolves once it answers. */
  static async start({ folder, servers }: TestCluster): Promise<PrometheusUnderTest> {
    const shipped = await readFile(join(projectRoot(), 'ops/prometheus-alerts.yml'), 'utf8');
    const rules = parse(shipped) as RuleFile;
    for (const rule of rules.groups.flatMap((group) => group.rules)) rule.for = '1s';
    await writeFile(join(folder, 'alerts.yml'), stringify(rules));
    const targets = servers.map(({ port }) => `${host}:${port}`);
    const config = {
      global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
      rule_files: ['alerts.yml'],
      scrape_configs: [{ job_name: 'surfraft', static_configs: [{ targets }] }],
    };
    const configPath = join(folder, 'prometheus.yml');
    await writeFile(configPath, stringify(config));
    const address = `${host}:${must((await findClusterPorts(1))[0], 'a port')}`;
    const child = spawn(
      'prometheus',
      [
        `--config.file=${configPath}`,
        `--storage.tsdb.path=${join(folder, 'prometheus-data')}`,
        `--web.listen-address=${address}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const prometheus = new PrometheusUnderTest(child, `http://${address}`);
    try {
      await prometheus.#ready();
    } catch (error) {
      await prometheus.end();
      throw new Error(`Prometheus said: ${prometheus.#log}`, { cause: error });
    }
    return prometheus;
  }

  /** Ends the process, and waits for its end. */
  async end(): Promise<void> {
    if (!running.has(this.#child)) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    running.delete(this.#child);
  }

  /** What an expression gives now; rejects, with what is wrong, when it is none. */
  async query(expression: string): Promise<readonly Sample[]> {
    const query = new URLSearchParams({ query: expression });
    return ((await this.#ask(`query?${query.toString()}`)) as { result: readonly Sample[] }).result;
  }

  /** The names of all series. */
  async metricNames(): Promise<readonly string[]> {
    return (await this.#ask('label/__name__/values')) as readonly string[];
  }

  async targets(): Promise<readonly Target[]> {
    return ((await this.#ask('targets')) as { activeTargets: readonly Target[] }).activeTargets;
  }

  /** The alert, once it fires. */
  async firing(name: string, deadlineMs: number): Promise<FiringAlert> {
    return eventually(`the alert ${name} to fire`, deadlineMs, async () => {
      const { alerts } = (await this.#ask('alerts')) as { alerts: readonly FiringAlert[] };
      return alerts.find(({ labels, state }) => labels['alertname'] === name && state === 'firing');
    });
  }

  /** The names of all alerts that fire or are about to. */
  async alerts(): Promise<readonly string[]> {
    const { alerts } = (await this.#ask('alerts')) as { alerts: readonly FiringAlert[] };
    return alerts.map(({ labels }) => labels['alertname'] ?? '');
  }

  async #ready(): Promise<void> {
    await eventually('Prometheus to be ready', startMsMax, async () => {
      if (this.#child.exitCode !== null) throw new Error('Prometheus ended');
      const response = await fetch(`${this.#url}/-/ready`).catch(() => undefined);
      return response?.status === 200 || undefined;
    });
  }

  async #ask(path: string): Promise<unknown> {
    const signal = AbortSignal.timeout(queryMsMax);
    const response = await fetch(`${this.#url}/api/v1/${path}`, { signal });
    const answer = (await response.json()) as { data?: unknown; error?: string };
    if (response.status !== 200) throw new Error(`${path}: ${answer.error ?? response.status}`);
    return answer.data;
  }
}
