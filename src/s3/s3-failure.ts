/**
 * What an S3 service refuses, or why it cannot be asked, in words for whoever has to mend it: the
 * service's own code and message, and what to look at.
 */
import { BlockStoreError } from '../blocks/block-store.js';
import type { S3ErrorDocument } from './s3-documents.js';

export class S3Failure extends BlockStoreError {
  override readonly name = 'S3Failure';
}

/** An answer that says no. */
export interface S3Refusal {
  readonly status: number;
  /** Undefined when the body is no S3 error; answers to HEAD have no body. */
  readonly error: S3ErrorDocument | undefined;
  /** Milliseconds by which the service's clock is before ours; undefined when it does not tell. */
  readonly clockLeadMs: number | undefined;
}

export function describeRefusal(refusal: S3Refusal): string {
  const { status, error } = refusal;
  const said = error === undefined ? `HTTP status ${status}` : `${error.code} (${status})`;
  const message =
    error === undefined || error.message === '' ? '' : `: ${error.message.replace(/\.$/, '')}`;
  return `${said}${message}; ${adviceOn(refusal)}`;
}

function adviceOn({ status, error, clockLeadMs }: S3Refusal): string {
  switch (error?.code) {
    case 'SignatureDoesNotMatch':
      return 'check AWS_SECRET_ACCESS_KEY';
    case 'InvalidAccessKeyId':
      return 'check AWS_ACCESS_KEY_ID';
    case 'InvalidToken':
    case 'ExpiredToken':
      return 'check AWS_SESSION_TOKEN, or unset it';
    case 'RequestTimeTooSkewed':
      return `set the clock of this machine${describeLead(clockLeadMs)}`;
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
    case 'TemporaryRedirect':
    case 'IllegalLocationConstraintException':
      return `check AWS_REGION${error.region === '' ? '' : ` (expected: ${error.region})`}`;
    case 'NoSuchBucket':
      return 'make the bucket, or correct --blocks';
    case 'AccessDenied':
      return 'this key needs the rights to list the bucket and to get, put and delete its objects';
    default:
      return generalAdvice(status);
  }
}

function generalAdvice(status: number): string {
  if (status >= 500) return 'the service is in trouble';
  if (status === 429) return 'the service is asked too much';
  if (status === 401 || status === 403 || status === 400) {
    return 'check the AWS_ variables, the rights of the key and the clock of this machine';
  }
  return 'check --s3-endpoint and --blocks';
}

function describeLead(clockLeadMs: number | undefined): string {
  if (clockLeadMs === undefined) return '';
  const seconds = Math.round(Math.abs(clockLeadMs) / 1_000);
  return `, which is ${seconds} s ${clockLeadMs > 0 ? 'behind' : 'before'} that of the service`;
}
