/** Header fields of uploads, in lower case, as node:http names those of a request. */

/** From a client that may repeat its request: what carries the same key takes effect once. */
export const idempotencyHeader = 'idempotency-key';

/** From a master: the same as above, for one request of a client. */
export const uploadIdHeader = 'surfraft-upload-id';

/** From a master: another worker was given the request before, and may have carried it out. */
export const repeatHeader = 'surfraft-repeat';

/**
 * From a master, with a read: milliseconds since the name was last written to through it. What is
 * answered must be younger.
 */
export const maxAgeHeader = 'surfraft-max-age';
