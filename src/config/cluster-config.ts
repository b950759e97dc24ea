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
  /** Those that are there, in order of their ids; ids of others may be missing between them. */
  readonly servers: readonly ClusterServer[];
  /** Those that were removed from the running cluster. Their ids are not given again. */
  readonly removed: readonly ClusterServer[];
  /** Those with which the cluster began, removed ones too: they never change. */
  readonly founders: readonly ClusterServer[];
  /** Dedicated block stores, in order of their index; empty when the servers keep the blocks. */
  readonly blocks: readonly BlockStore[];
  /** Copies of each block, 1 … number of stores; undefined leaves the choice to the service. */
  readonly copies: number | undefined;
}
