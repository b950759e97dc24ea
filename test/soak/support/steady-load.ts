/**
 * Work that goes on while servers are stopped and started, through the client library: no call of
 * it may fail, and nothing may be lost or done twice.
 */
import { expect } from 'chai';
import { ClusterClient } from '../../../src/client/cluster-client.js';
import { eventually } from '../../e2e/support/eventually.js';
import { host, type TestCluster } from '../../e2e/support/test-cluster.js';

const clientCount = 8;
const returnMsMax = 20_000;
const updatesBetween = 40;

/** Resolves once a server that was started has caught up, and counts. */
export async function untilBack(cluster: TestCluster, id: number): Promise<void> {
  await eventually(`server ${id} to have what is committed`, returnMsMax, async () => {
    const statuses = await cluster.statuses();
    const committed = Math.max(...statuses.map(({ commitIndex }) => commitIndex));
    const own = statuses.find(({ serverId }) => serverId === id);
    const isBack = own?.standing === 'member' && own.lastApplied >= committed - clientCount;
    return isBack || undefined;
  });
}

/** Clients that each give a file of their own one version after the other. */
export class SteadyLoad {
  readonly #client: ClusterClient;
  readonly #versions = new Array<number>(clientCount).fill(0);
  readonly #failures: unknown[] = [];
  readonly #working: Promise<unknown>;
  #isEnding = false;

  constructor({ servers }: TestCluster) {
    this.#client = new ClusterClient(servers.map(({ id, port }) => ({ id, host, port })));
    this.#working = Promise.all(this.#versions.map((_, number) => this.#work(number)));
  }

  /** Resolves once so many more updates have been answered. */
  async progress(): Promise<void> {
    const wanted = this.#answered() + updatesBetween;
    await eventually(`${updatesBetween} updates`, returnMsMax, () => {
      expect(this.#failures).to.deep.equal([]);
      return Promise.resolve(this.#answered() >= wanted || undefined);
    });
  }

  async endAndCheck(): Promise<void> {
    this.#isEnding = true;
    await this.#working;
    expect(this.#failures).to.deep.equal([]);
    const files = await this.#client.getFileInfoMap();
    const found = this.#versions.map((_, number) => files.get(`file ${number}`));
    expect(found.map((file) => file?.version)).to.deep.equal(this.#versions);
    expect(found.map((file) => file?.hashlist)).to.deep.equal(
      this.#versions.map((version) => [`version ${version}`]),
    );
    this.#client.close();
  }

  #answered(): number {
    return this.#versions.reduce((sum, version) => sum + version, 0);
  }

  async #work(number: number): Promise<void> {
    while (!this.#isEnding) {
      const version = (this.#versions[number] ?? 0) + 1;
      try {
        const hashes = [`version ${version}`];
        const isTaken = await this.#client.updateFile(`file ${number}`, version, hashes);
        if (!isTaken) throw new Error(`version ${version} of file ${number} was refused`);
      } catch (error) {
        this.#failures.push(error);
        return;
      }
      this.#versions[number] = version;
    }
  }
}
