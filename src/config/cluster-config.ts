/**
 * A cluster as its configuration file describes it: who the servers are and where they listen.
 */
import type { ServerId } from '../base/ids.js';

export interface Address {
  /** A name, an IPv4 address, or an IPv6 address without its brackets. */
  readonly host: string;
  /** 1 … 65535. */
  readonly port: number;
  /** `host:port` as it was written, an IPv6 host in brackets. */
  readonly address: string;
}

export interface ClusterServer extends Address {
  readonly id: ServerId;
}

export interface BlockStore extends Address {
  /** The i of `block<i>`; 0 for a plain `block`. */
  readonly index: number;
}

export interface ClusterConfig {
  /** In order of their ids, which are 0 … M−1. */
  readonly servers: readonly ClusterServer[];
  /** Dedicated block stores, in order of their index; empty when the servers keep the blocks. */
  readonly blocks: readonly BlockStore[];
  /** Copies of each block, 1 … number of stores; undefined leaves the choice to the service. */
  readonly copies: number | undefined;
}
