import { isIP } from 'node:net';

/**
 * What an address is for a worker that connects on others' behalf. `public`: anybody may be reached there. `private`: loopback and private networks, where an endpoint has
 * to allow it. `never`: link-local addresses and what clouds answer their machines' credentials at, and addresses that are no host's.
 */
export type Reach = 'public' | 'private' | 'never';

type Range = readonly [network: string, bits: number];

// IANA's special-purpose registries, and the addresses at which clouds serve metadata.
const NEVER: readonly Range[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16], // link-local: AWS, Azure, GCP, ECS, …
  ['100.100.100.200', 32], // Alibaba
  ['168.63.129.16', 32], // Azure
  ['192.0.0.0', 24], // Oracle at .192
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['100::', 64],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fd00:ec2::254', 128], // AWS
  ['fd20:ce::254', 128], // GCP
  ['fd00:c1::a9fe:a9fe', 128], // Oracle
];
const PRIVATE: readonly Range[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['::1', 128],
  ['fc00::', 7],
];
/** Addresses of IPv6 that stand for one of IPv4, and where that is in them, counted in bits from the left. */
const EMBEDDED: readonly (readonly [network: string, bits: number, at: number])[] = [
  ['::ffff:0:0', 96, 96], // mapped
  ['::ffff:0:0:0', 96, 96], // translated
  ['64:ff9b::', 96, 96], // NAT64
  ['2002::', 16, 16], // 6to4
  ['::', 96, 96], // compatible
];
const GLOBAL: Range = ['2000::', 3];
/** Within 2000::/3, and not for the public: Teredo (its IPv4 address is disguised), ORCHID, NAT64 of a network's own. */
const NOT_GLOBAL: readonly Range[] = [
  ['2001::', 23],
  ['64:ff9b:1::', 48],
];

const v4 = (text: string): bigint => text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);

const v6 = (text: string): bigint => {
  const plain = text.replace(/%.*$/, '').replace(/(\d+\.\d+\.\d+\.\d+)$/, (dotted) => {
    const value = v4(dotted);
    return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [before, after] = [groups(head), tail === undefined ? [] : groups(tail)];
  const all = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
  return all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
};

const within = (address: bigint, size: bigint, [network, bits]: Range): boolean => {
  const shift = size - BigInt(bits);
  return address >> shift === (size === 32n ? v4(network) : v6(network)) >> shift;
};

/** @param address as the resolver or a socket gives it; what is no address is `never` */
export const reachOf = (address: string): Reach => {
  const family = isIP(address.replace(/%.*$/, ''));
  if (family === 4) return reachOfV4(v4(address));
  if (family !== 6) return 'never';
  const value = v6(address);
  const matches = (range: Range): boolean => range[0].includes(':') && within(value, 128n, range);
  if (NEVER.some(matches)) return 'never';
  if (PRIVATE.some(matches)) return 'private';
  for (const [network, bits, at] of EMBEDDED)
    if (within(value, 128n, [network, bits])) return reachOfV4((value >> BigInt(96 - at)) & 0xffffffffn);
  return within(value, 128n, GLOBAL) && !NOT_GLOBAL.some(matches) ? 'public' : 'never';
};

const reachOfV4 = (value: bigint): Reach => {
  const matches = (range: Range): boolean => !range[0].includes(':') && within(value, 32n, range);
  if (NEVER.some(matches)) return 'never';
  return PRIVATE.some(matches) ? 'private' : 'public';
};
