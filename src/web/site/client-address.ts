/**
 * Who a client is, as far as limits are concerned: its address, or, of IPv6, the network of 64 bits
 * that one household has. What a client says in headers does not count.
 */

/** IPv4 in IPv6, as a socket that takes both shows it. */
const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const networkGroups = 4;
const allGroups = 8;

/** Whether it is one of this machine, of the kind that no other one can reach. */
export function isLoopback(address: string | undefined): boolean {
  if (address === '::1') return true;
  return (mapped.exec(address ?? '')?.[1] ?? address)?.startsWith('127.') === true;
}

export function limitKeyOf(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const plain = mapped.exec(address)?.[1] ?? address;
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = (plain.split('%')[0] ?? '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : allGroups - left.length - right.length;
  const groups = [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...right];
  return `${groups.slice(0, networkGroups).join(':')}::/64`;
}
