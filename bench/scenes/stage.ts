/**
 * The clusters that are compared. Each scene gets fresh ones, so that it finds nothing that another
 * left behind; a quick run passes them on from scene to scene and saves their warm-ups.
 */
import { EtcdCluster } from '../systems/etcd-cluster.js';
import { SurfRaftCluster } from '../systems/surfraft-cluster.js';
import type { World } from '../systems/world.js';

export interface Cast {
  readonly servers: number;
  readonly surfraft: SurfRaftCluster;
  /** Undefined when it is not installed. */
  readonly etcd: EtcdCluster | undefined;
}

export interface StageOptions {
  readonly world: World;
  readonly etcd: string | undefined;
  readonly warmUpSeconds: number;
  /** Whether a scene may get the clusters of the scene before. */
  readonly passOn: boolean;
  readonly say: (text: string) => void;
}

export class Stage {
  readonly #options: StageOptions;
  #cast: Cast | undefined = undefined;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** Warm clusters of so many servers that hold next to nothing. */
  async fresh(servers: number): Promise<Cast> {
    await this.clear();
    const { world, etcd: command, warmUpSeconds, say } = this.#options;
    say(`starting clusters of ${servers}`);
    const surfraft = await SurfRaftCluster.start(world, servers);
    this.#cast = { servers, surfraft, etcd: undefined };
    const etcd =
      command === undefined ? undefined : await EtcdCluster.start(world, command, servers);
    const cast = { servers, surfraft, etcd };
    this.#cast = cast;
    say(`warming up clusters of ${servers}`);
    await surfraft.warmUp(warmUpSeconds);
    await etcd?.warmUp(warmUpSeconds);
    return cast;
  }

  /** As fresh; in a quick run those of the scene before, with whatever they hold. */
  async any(servers: number): Promise<Cast> {
    if (this.#options.passOn && this.#cast?.servers === servers) return this.#cast;
    return await this.fresh(servers);
  }

  /** A scene is over: what the next one does not get is stopped, and its last figures are told. */
  async leave(): Promise<void> {
    if (!this.#options.passOn) await this.clear();
  }

  /** Stops what runs. */
  async clear(): Promise<void> {
    const cast = this.#cast;
    this.#cast = undefined;
    await cast?.surfraft.stop();
    await cast?.etcd?.stop();
  }
}
