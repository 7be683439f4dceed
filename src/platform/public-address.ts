import { BlockList, isIP } from "node:net";

/** Everything that is not the public internet: this machine, its neighbours, link-local (cloud metadata), reserved ranges. */
const NOT_PUBLIC = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  NOT_PUBLIC.addSubnet(network, prefix, "ipv4");
}

const GLOBAL_UNICAST = new BlockList();
GLOBAL_UNICAST.addSubnet("2000::", 3, "ipv6");
/** Inside 2000::/3, but documentation, tunnels (Teredo, 6to4 can wrap any IPv4 address) and special purposes. */
const SPECIAL_IPV6 = new BlockList();
SPECIAL_IPV6.addSubnet("2001::", 23, "ipv6");
SPECIAL_IPV6.addSubnet("2001:db8::", 32, "ipv6");
SPECIAL_IPV6.addSubnet("2002::", 16, "ipv6");
SPECIAL_IPV6.addSubnet("3fff::", 20, "ipv6");

/** True for an address on the public internet; false for anything else and for what is no address. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !NOT_PUBLIC.check(address, "ipv4");
  return family === 6 && GLOBAL_UNICAST.check(address, "ipv6") && !SPECIAL_IPV6.check(address, "ipv6");
}
