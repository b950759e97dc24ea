/**
 * At which addresses and port a server takes connections, as whoever starts it says.
 */
export interface ListenPlace {
  /** Undefined: all addresses. */
  readonly host: string | undefined;
  /** 0 takes any free one. */
  readonly port: number;
  /** Addresses besides `host`; those that this machine lacks are left out. */
  readonly alsoHosts?: readonly string[] | undefined;
}
