/**
 * The fields `tls`, `clusterTls` and `auth` of a gateway's configuration.
 */
import type { AuthConfig, ClusterTlsConfig, ScryptHash, TlsConfig } from './gateway-config.js';
import type { FieldReader } from './field-reader.js';

const hashPattern =
  /^scrypt:(\d{1,2}):(\d{1,2}):(\d{1,2}):([A-Za-z0-9_-]{16,128}):([A-Za-z0-9_-]{22,128})$/;
const hashForm = 'a hash as "surfraft gateway --hash-password" prints it';
/** More would let a single request take seconds and a gigabyte. */
const log2nMax = 18;
const usersMax = 1_000;

export function readTls(fields: FieldReader): TlsConfig | undefined {
  const tls = fields.within('tls');
  if (tls === undefined) return undefined;
  const cert = tls.text('cert', 'the path of a certificate in PEM');
  const key = tls.text('key', 'the path of a private key in PEM');
  for (const name of ['cert', 'key']) tls.demand(name);
  tls.refuseOthers();
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

export function readClusterTls(fields: FieldReader): ClusterTlsConfig | undefined {
  const tls = fields.within('clusterTls');
  if (tls === undefined) return undefined;
  const ca = tls.text('ca', "the path of the authorities of the cluster's servers in PEM");
  const cert = tls.text('cert', 'the path of a certificate in PEM');
  const key = tls.text('key', 'the path of a private key in PEM');
  tls.demand('ca');
  if (tls.has('cert') !== tls.has('key')) {
    tls.complain('"cert" and "key" go together; expected both, or none of them');
  }
  if (!fields.has('cluster')) {
    fields.complainOf('clusterTls', 'has no use alone; expected "cluster", too');
  }
  tls.refuseOthers();
  return ca === undefined ? undefined : { ca, cert, key };
}

export function readAuth(fields: FieldReader): AuthConfig | undefined {
  const auth = fields.within('auth');
  if (auth === undefined) return undefined;
  const realm = auth.text('realm', 'a name that log-in windows show') ?? 'surfraft';
  if (!/^[ !#-[\]-~]{1,100}$/.test(realm)) {
    auth.complainOf('realm', 'holds what a header cannot; expected plain ASCII without quotes');
  }
  const listed = auth.within('users');
  auth.demand('users');
  auth.refuseOthers();
  const users = new Map<string, ScryptHash>();
  if (listed === undefined) return { realm, users };
  const names = listed.keys();
  if (names.length === 0 || names.length > usersMax) {
    auth.complainOf('users', `has ${names.length} users; expected 1 to ${usersMax}`);
  }
  for (const name of names) {
    if (name === '' || /[:\p{Cc}]/u.test(name)) {
      listed.complainOf(name, 'is no user name; expected text without colons');
    }
    const hash = readHash(listed, name);
    if (hash !== undefined) users.set(name, hash);
  }
  return { realm, users };
}

function readHash(users: FieldReader, name: string): ScryptHash | undefined {
  const text = users.text(name, hashForm);
  if (text === undefined) return undefined;
  const [, log2n, r, p, salt, key] = hashPattern.exec(text) ?? [];
  if (salt === undefined || key === undefined) {
    // The text may be a password: it is not shown.
    users.complainOf(name, `is no hash of a password; expected ${hashForm}`);
    return undefined;
  }
  const hash = { log2n: Number(log2n), r: Number(r), p: Number(p), salt, key };
  if (
    hash.log2n < 10 ||
    hash.log2n > log2nMax ||
    hash.r < 1 ||
    hash.p < 1 ||
    hash.r * hash.p > 64
  ) {
    users.complainOf(name, `has costs out of range; expected ${hashForm}`);
    return undefined;
  }
  return hash;
}
