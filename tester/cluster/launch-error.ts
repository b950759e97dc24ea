/**
 * A server that the tester was to start does not run. The message is for people, and may have
 * several lines: what went wrong, and the last that the server said.
 */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
}
