/**
 * What one front bears: sizes, times, and how often somebody may do something. What the site itself
 * takes is in `src/site/site-limits.ts`. docs/site.md lists all of it for people.
 */

/** A longer body is 413. */
export const bodyBytesMax = 64 * 1024;
/** So much of a body that is refused is still read, so that its sender can read the answer. */
export const refusedBytesMax = 4 * 1024 * 1024;
/** Fields of one form. */
export const fieldsMax = 50;
export const targetCharsMax = 4_096;
export const headerBytesMax = 16 * 1024;
export const headersMsMax = 10_000;
/** From the first byte of a request to the last one of its body. */
export const requestMsMax = 30_000;
/** How long a connection may rest between two requests. */
export const keptMsMax = 60_000;
export const connectionsMax = 10_000;

/** A change that is not confirmed by then is answered 503. */
export const writeMsMax = 8_000;
/** Changes that wait for the cluster; more are answered 503 at once. */
export const writesAtOnceMax = 2_000;
/** What a 503 asks for. */
export const retryAfterSeconds = 5;

export const passwordCharsMin = 8;
export const passwordCharsMax = 256;
/** Passwords that are worked on at a time: each takes 128 MiB and some tenths of a second. */
export const passwordsAtOnceMax = 2;
/** Those that wait for their turn; more are answered 503. */
export const passwordsWaitingMax = 32;

/** Wrong log-ins within a minute for one name and address, and for one address and any name. */
export const wrongLogInsMax = 10;
export const wrongLogInsOfAddressMax = 200;

/** How often something may be done: so much at once, and so much more each minute. */
export interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

/** Of one account. */
export const accountRates = {
  post: { burst: 200, perMinute: 60 },
  comment: { burst: 200, perMinute: 60 },
  like: { burst: 1_000, perMinute: 600 },
} as const satisfies Readonly<Record<string, Rate>>;

/** Of one address, behind which a whole school may sit. */
export const addressRates = {
  signUp: { burst: 1_000, perMinute: 300 },
  change: { burst: 20_000, perMinute: 20_000 },
  /** Changes by sessions that no server knows (yet). */
  unproven: { burst: 60, perMinute: 60 },
} as const satisfies Readonly<Record<string, Rate>>;

/** Accounts, addresses, names: of so many each limit remembers something. */
export const rememberedMax = 20_000;
