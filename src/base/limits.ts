/**
 * The limits that users meet, in one place. Each has a line in docs/api.md and a test that
 * reaches it. Limits that are private to one module live there.
 */

/** A client's call; a longer body is refused (contract, section 3). */
export const callBodyBytesMax = 16 * 1024 * 1024;

/** A peer's call: room for one entry of the largest client call, as base64. */
export const peerBodyBytesMax = 48 * 1024 * 1024;

/** Nested values in a call; arrays, structs and multicalls count. */
export const nestedValuesMax = 64;

/** UTF-8 bytes of a file name; the least is 1. */
export const fileNameBytesMax = 4096;

/** Files in one answer of `getfileinfopage`. */
export const pageFilesMax = 10_000;

/** Older versions that are kept of a file: the newest ones. */
export const versionsKeptMax = 64;

/**
 * Bytes of memory for older versions of all files together, before the oldest go. What is large
 * may exceed it for a while, up to twice as much (docs/decisions/0016-kept-versions.md).
 */
export const historyBytesMax = 64 * 1024 * 1024;

/** Versions in one call of `forgetversions`. */
export const forgottenAtOnceMax = 1_000;

/** Versions in one answer of `getversionspage`. */
export const pageVersionsMax = 10_000;

/** About as many bytes of names and hashes in that answer; it shows one version at least. */
export const versionsPageBytesMax = 1024 * 1024;

/**
 * Bytes of a block: what a call can carry as base64, with room for the tags round it and, in the
 * calls between servers, for the block's name.
 */
export const blockBytesMax = 12 * 1024 * 1024 - 1024;

/** Blocks in one answer of `blockstore_list`. */
export const blockListMax = 10_000;

/** A command, or a question, of the site: UTF-8 bytes of its JSON. */
export const siteCallBytesMax = 64 * 1024;

/** Calls that wait for an answer, per server, before `busy`. */
export const pendingCallsMax = 20_000;

/** Open connections per server; more are closed with a 503. */
export const connectionsMax = 10_000;

/** Entries in the `log` of `getinternalstate`. */
export const internalStateEntriesMax = 1_000;

/** Changes in one answer of `getchanges`, and payload of the entries that it looks at. */
export const changesMax = 1_000;
export const changesBytesMax = 4 * 1024 * 1024;

/** Files in the `metaMap` of `getinternalstate`. */
export const internalStateFilesMax = 10_000;

/** Payload of the `log`, and about that of the `metaMap`; each shows one item at least. */
export const internalStateBytesMax = 4 * 1024 * 1024;

/** Request ids that are remembered after they took effect. */
export const requestIdsKept = 100_000;

/** UTF-8 bytes of a request id; the least is 1. */
export const requestIdBytesMax = 256;
