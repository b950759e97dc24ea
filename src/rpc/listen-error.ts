/**
 * Why a server's port could not be opened, in one line that names the address.
 */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  /** The operating system's code, such as `EADDRINUSE`. */
  readonly code: string;

  constructor(address: string, cause: Error) {
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown';
    super(describe(address, code, cause), { cause });
    this.code = code;
  }
}

function describe(address: string, code: string, cause: Error): string {
  switch (code) {
    case 'EADDRINUSE':
      return `${address} is in use by another process`;
    case 'EADDRNOTAVAIL':
      return `${address} is not an address of this machine`;
    case 'EACCES':
      return `${address} may not be opened by this user`;
    default:
      return `${address} cannot be opened: ${cause.message}`;
  }
}
