/** The files of `ops/`, as far as the tests look at them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../tidy/source-text.js';

export const alertsPath = join(projectRoot(), 'ops/prometheus-alerts.yml');

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}

export function readAlerts(): readonly AlertRule[] {
  const { groups } = parse(readFileSync(alertsPath, 'utf8')) as {
    groups: readonly { rules: readonly AlertRule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

export function readDashboard(): Dashboard {
  const path = join(projectRoot(), 'ops/grafana-dashboard.json');
  return JSON.parse(readFileSync(path, 'utf8')) as Dashboard;
}

/** The expressions of all panels, as Grafana sends them for one cluster and all of its servers. */
export function dashboardExpressions(job: string): readonly (readonly [string, string])[] {
  const values: Readonly<Record<string, string>> = {
    ...{ job, instance: '.*', __rate_interval: '10s' },
  };
  return readDashboard().panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr }) => {
      const filled = expr.replaceAll(/\$(\w+)/g, (_, name: string) => values[name] ?? '?');
      return [`${title} ${refId}`, filled] as const;
    }),
  );
}

/** The metrics that an expression reads. */
export function metricsIn(expression: string): readonly string[] {
  return expression.match(/\b(surfraft|nodejs|process)_\w+/g) ?? [];
}
