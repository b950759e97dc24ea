/**
 * Why a call got no answer, in words for people. What goes wrong with TLS is told by Node.js in the
 * words of its libraries, or as a connection that was closed; here it is said what to do about it.
 */

/** `isTls`: whether this side spoke it. */
export function describeBroken(error: Error, isTls: boolean): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (message === 'socket hang up') return `${message} (${isTls ? maybeRefused : maybeTls})`;
  return isTls ? describeTls(code, message) : message;
}

/** Whether it broke as it does when the sides do not agree on TLS: only that has words of ours. */
export function isPerhapsTls(error: Error, isTls: boolean): boolean {
  return describeBroken(error, isTls) !== error.message;
}

const maybeTls = 'as a server does that speaks TLS only: it is called with --tls-ca';
const maybeRefused = 'as a server does that does not accept the certificate of --tls-cert, or none';

/** The words of the library stand in brackets where they say more. */
function describeTls(code: string, message: string): string {
  if (message.includes('wrong version number')) {
    return 'it speaks plain HTTP there, no TLS; leave the options --tls-* out';
  }
  if (code.includes('CERTIFICATE_REQUIRED') || code.includes('HANDSHAKE_FAILURE')) {
    return 'the server asks for a certificate; show one with --tls-cert and --tls-key';
  }
  if (code.startsWith('ERR_SSL_') && /CERTIFICATE|UNKNOWN_CA/.test(code)) {
    return 'the server does not accept the certificate of --tls-cert; show one of its authorities';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return (
      "the server's certificate is for other names than the one it is called by: call it by one " +
      `of them, or give it a certificate for this one (${message.trim()})`
    );
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `the server's certificate is not valid now: renew it, or set the clock (${code})`;
  }
  if (unknownAuthority.has(code)) {
    return (
      "the server's certificate is of no authority in the file of --tls-ca; name the file with " +
      `the authority that signed it (${message})`
    );
  }
  return message;
}

const unknownAuthority: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);
