/** Fronts in this process, over a cluster in memory. */
import { PasswordWork } from '../../../src/web/site/password-work.js';
import { SiteFront, type SiteFrontOptions } from '../../../src/web/site/site-front.js';
import { Browser } from './browser.js';
import { HandCluster } from './hand-cluster.js';

export class FrontRig {
  readonly cluster = new HandCluster();
  readonly logged: string[] = [];
  readonly said: string[] = [];
  readonly bugs: unknown[] = [];
  /** The fronts' clock. */
  nowMs = Date.UTC(2026, 0, 1);
  port = 0;
  readonly #fronts: SiteFront[] = [];

  /** Opens a front, and gives its port. */
  async open(options: Partial<SiteFrontOptions> = {}): Promise<number> {
    const front = new SiteFront({
      ...{ cluster: this.cluster, hosts: ['127.0.0.1'], port: 0, isSecure: false },
      say: (urgency, text) => this.said.push(`${urgency}: ${text}`),
      log: (line) => this.logged.push(line),
      onBug: (error) => this.bugs.push(error),
      // As cheap as they can be: what is tested here is not scrypt.
      passwords: new PasswordWork({ logN: 4 }),
      nowMs: () => this.nowMs,
      writeMsMax: 300,
      ...options,
    });
    this.#fronts.push(front);
    this.port = await front.start();
    return this.port;
  }

  browser(port = this.port): Browser {
    return new Browser(port);
  }

  /** Somebody who is logged in. */
  async user(name: string, port = this.port): Promise<Browser> {
    const browser = this.browser(port);
    const { status } = await browser.signUp(name);
    if (status !== 303) throw new Error(`signing up ${name} answered ${status}`);
    return browser;
  }

  stop(): Promise<boolean[]> {
    return Promise.all(this.#fronts.splice(0).map((front) => front.stop()));
  }
}

/** Call it in a `describe`: a rig with one front for each test. */
export function useFront(): () => FrontRig {
  let rig: FrontRig;

  beforeEach(async () => {
    rig = new FrontRig();
    await rig.open();
  });

  afterEach(async () => {
    await rig.stop();
    if (rig.bugs.length > 0) throw new Error(`bugs: ${rig.bugs.map(String).join('\n')}`);
  });

  return () => rig;
}
