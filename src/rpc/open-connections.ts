/**
 * The open connections of the server: their number is bounded, and each knows the calls that must
 * be given up when its client hangs up.
 */
import type { Socket } from 'node:net';
import type { HangUp } from '../replica/outcome.js';
import { endWithPlainResponse } from './plain-response.js';

/** Connections beyond the limit that may be open while they read their refusal. */
const refusedConnectionsMax = 100;

export interface OpenConnectionsOptions {
  readonly connectionsMax: number;
  readonly lingerMs: number;
}

export class OpenConnections {
  readonly #options: OpenConnectionsOptions;
  /** Accepted connections, each with its pending calls. */
  readonly #accepted = new Map<Socket, Set<HangUp>>();
  readonly #refused = new Set<Socket>();
  #isClosing = false;

  constructor(options: OpenConnectionsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#accepted.size;
  }

  /** Whether every connection is to be closed after its next answer. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** From now on connections do not outlive their next answer. */
  startClosing(): void {
    this.#isClosing = true;
  }

  /** Takes a new connection in, or refuses it with a 503; false when it does. */
  add(socket: Socket): boolean {
    if (this.#accepted.size < this.#options.connectionsMax) {
      this.#accepted.set(socket, new Set());
      socket.once('close', () => {
        this.#forget(socket);
      });
      return true;
    }
    // A reset is as good an end of it as any other.
    socket.on('error', () => undefined);
    if (this.#refused.size >= refusedConnectionsMax) {
      socket.destroy();
      return false;
    }
    this.#refused.add(socket);
    socket.once('close', () => this.#refused.delete(socket));
    endWithPlainResponse(socket, 503, 'busy: too many connections', this.#options.lingerMs);
    return false;
  }

  /** False for a connection that was refused or is gone: nothing may be run for it. */
  isAccepted(socket: Socket): boolean {
    return this.#accepted.has(socket);
  }

  /** Remembers how to give up a call of this connection; returns the way to forget it. */
  addPending(socket: Socket, hangUp: HangUp): () => void {
    const pending = this.#accepted.get(socket);
    if (pending === undefined) {
      hangUp();
      return () => undefined;
    }
    pending.add(hangUp);
    return () => pending.delete(hangUp);
  }

  /** Ends all connections at once. */
  destroyAll(): void {
    for (const socket of [...this.#accepted.keys(), ...this.#refused]) socket.destroy();
  }

  #forget(socket: Socket): void {
    const pending = this.#accepted.get(socket);
    this.#accepted.delete(socket);
    for (const hangUp of pending ?? []) hangUp();
  }
}
