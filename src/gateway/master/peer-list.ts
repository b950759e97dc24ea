/**
 * Tells each worker of a cluster which others are healthy, so that they can share what they have
 * cached. Workers at loopback addresses are there for those on this machine alone.
 */
import { peersHeader, proofHeader, type PeerKey } from '../peers/peer-key.js';

/** What is looked at of a worker. */
export interface SharingMember {
  readonly host: string;
  /** `host:port`. */
  readonly address: string;
  /** Whether it knows the key. */
  readonly isSharing: boolean;
  readonly isHealthy: boolean;
}

/** More would make the heads of health checks long. */
const peersMax = 200;

/** The fields of a health check of `member`; none for one that shares nothing. */
export function peerFields(
  member: SharingMember,
  members: readonly SharingMember[],
  key: PeerKey,
): Readonly<Record<string, string>> {
  if (!member.isSharing) return {};
  const peers = members.filter(
    (other) => other !== member && other.isSharing && other.isHealthy && canReach(member, other),
  );
  const addresses = [member, ...peers.slice(0, peersMax)].map(({ address }) => address);
  const text = addresses.join(' ');
  return { [peersHeader]: text, [proofHeader]: key.prove('peers', text) };
}

function canReach(from: SharingMember, to: SharingMember): boolean {
  return isLoopback(from) || !isLoopback(to);
}

function isLoopback({ host }: SharingMember): boolean {
  return /^(?:127\..*|::1|localhost\.?)$/i.test(host);
}
