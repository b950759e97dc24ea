/**
 * The address or file that the user gave leads to no cluster. The message is one line for people.
 */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
}
