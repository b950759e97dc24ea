/**
 * How an operation on the cluster can fail, named by what the caller should do next.
 *
 * `isWithoutEffect`: the cluster was certainly not changed, so the caller may repeat the operation
 * as it is. Where it is false, an update may be repeated only under its request id.
 */

/** What all failures of the client have in common. */
export interface ClientFailure extends Error {
  readonly isWithoutEffect: boolean;
}

/** No server led the cluster for the whole time-out. Try again later. */
export class NotLeader extends Error implements ClientFailure {
  override readonly name = 'NotLeader';
  readonly isWithoutEffect = true;
}

/** The servers that could be reached are in the simulated crashed state. Restore them. */
export class Crashed extends Error implements ClientFailure {
  override readonly name = 'Crashed';
  readonly isWithoutEffect = true;
}

/**
 * The update may have taken effect, or may still do so. Repeat it with the same `requestId`, or
 * read the file's version to learn what happened.
 */
export class OutcomeUnknown extends Error implements ClientFailure {
  override readonly name = 'OutcomeUnknown';
  readonly isWithoutEffect = false;
  /** The id under which the update may be repeated; undefined if it was sent without one. */
  readonly requestId: string | undefined;
  constructor(message: string, requestId: string | undefined) {
    super(message);
    this.requestId = requestId;
  }
}

/** The leader's queue stayed full. Send less at a time, then try again. */
export class Busy extends Error implements ClientFailure {
  override readonly name = 'Busy';
  readonly isWithoutEffect = true;
}

/** The leader's disk refuses writes and no other server took over. Somebody must see to it. */
export class StorageRefused extends Error implements ClientFailure {
  override readonly name = 'StorageRefused';
  readonly isWithoutEffect = true;
}

/** Servers answered, but none of them could do what was asked of blocks. Try again later. */
export class BlocksRefused extends Error implements ClientFailure {
  override readonly name = 'BlocksRefused';
  readonly isWithoutEffect = true;
}

/** No server answered for the whole time-out. Check addresses and network, then try again. */
export class Unreachable extends Error implements ClientFailure {
  override readonly name = 'Unreachable';
  readonly isWithoutEffect = true;
}

/** The arguments are wrong, and will be wrong again. Correct the call. */
export class InvalidArgument extends Error implements ClientFailure {
  override readonly name = 'InvalidArgument';
  readonly isWithoutEffect = true;
}

/** The server does not know the method: it is older than this client. Update the cluster. */
export class Unsupported extends Error implements ClientFailure {
  override readonly name = 'Unsupported';
  readonly isWithoutEffect = true;
}

/** The server answered what this client does not understand. Check what runs at that address. */
export class UnexpectedAnswer extends Error implements ClientFailure {
  override readonly name = 'UnexpectedAnswer';
  readonly isWithoutEffect = false;
}
