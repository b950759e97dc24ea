/**
 * Why a server cannot start although its command line is right: the port is taken, the data folder
 * is refused, the disk is unusable. The message is one line for whoever started it.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
}
