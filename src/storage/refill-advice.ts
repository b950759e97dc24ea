/** How each message about damaged data ends: what the reader can do about it. */
export const refillAdvice =
  'restore the folder from a copy, or start with --fresh while all other servers run: ' +
  'they refill it';
