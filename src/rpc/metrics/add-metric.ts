/** Metrics without labels whose value is asked for when somebody reads them. */
import { Counter, Gauge, type Registry } from 'prom-client';

export interface MetricOptions {
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

export function addGauge(registry: Registry, { name, help, read }: MetricOptions): void {
  new Gauge({
    registers: [registry],
    name,
    help,
    collect() {
      this.set(read());
    },
  });
}

/** A counter that is counted elsewhere. */
export function addCounter(registry: Registry, { name, help, read }: MetricOptions): void {
  new Counter({
    registers: [registry],
    name,
    help,
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}
