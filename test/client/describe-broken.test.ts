/** What a person is told of a connection that broke: what was wrong, and what to do. */
import { expect } from 'chai';
import { describeBroken } from '../../src/client/describe-broken.js';

function errorOf(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

describe('why a call got no answer', () => {
  for (const [code, message, expected] of [
    ['ECONNRESET', 'socket hang up', 'does not accept the certificate of --tls-cert, or none'],
    ['EPROTO', 'write EPROTO 80:error: wrong version number: x', 'leave the options --tls-* out'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', '80:error', 'show one with --tls-cert'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', '80:error', 'show one with --tls-cert'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', '80:error', 'does not accept the certificate'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', "IP: ::1 is not in the cert's list", 'other names'],
    ['CERT_HAS_EXPIRED', 'certificate has expired', 'renew it, or set the clock'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify', 'no authority in the file of --tls-ca'],
    ['ECONNREFUSED', 'connect ECONNREFUSED', 'connect ECONNREFUSED'],
  ] as const) {
    it(`over TLS says what to do about ${code}`, () => {
      expect(describeBroken(errorOf(code, message), true)).to.contain(expected);
    });
  }

  it('over plain HTTP thinks of a server that speaks TLS, and else says what it was told', () => {
    const closed = errorOf('ECONNRESET', 'socket hang up');
    expect(describeBroken(closed, false)).to.match(/^socket hang up \(.*--tls-ca\)$/);
    const refused = errorOf('ECONNREFUSED', 'connect ECONNREFUSED');
    expect(describeBroken(refused, false)).to.equal('connect ECONNREFUSED');
  });
});
