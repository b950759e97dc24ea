/**
 * Options that make elections come sooner than usual: the test is over sooner, and there are more
 * of them.
 */
export const fastElections = ['--election-timeout', '150-300', '--heartbeat', '40'] as const;
