import type { Safe } from "../safe.ts";
import { sliceSafe } from "../safe.ts";

/** A host that a record names, cut out of an address: no scheme, no path, and its port apart. */
export interface PeerHost {
  readonly host: Safe;
  readonly port: number | null;
}

const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/\s]*@)?(\[[0-9a-f:]+\]|[^\s:/?#]+)(?::(\d{1,5}))?/iu;
const PRIVATE_ENDING = /\.(?:internal|local|localdomain|lan|svc|cluster|corp|intranet|home\.arpa|consul)$/u;
const PUBLIC_NAME = /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z]{2,}$/u;

// Ports of stores and brokers that a team runs or rents for itself: such a host is its own dependency, whatever its name.
const STORE_PORTS: ReadonlySet<number> = new Set([
  1433, 1521, 2181, 3306, 5432, 5433, 5671, 5672, 6379, 6432, 8086, 9042, 9092, 9200, 11211, 26257, 27017,
]);

// Stores that a team rents under a public name: still its own dependency.
const RENTED_STORE =
  /\.(?:rds|cache|docdb|redshift|es|mq|kafka)(?:\.[a-z0-9-]+)*\.amazonaws\.com$|\.(?:database\.windows|redis\.cache\.windows|mongodb|cosmos\.azure)\.(?:net|com)$/u;

/** Cuts host and port out of "https://api.example.com/v1" or "db-1:5432"; null when the text holds no host. */
export function peerHost(peer: Safe): PeerHost | null {
  const match = ADDRESS.exec(peer);
  const host = match?.[1];
  if (host === undefined) return null;
  const start = peer.indexOf(host);
  const port = match?.[2] === undefined ? null : Number(match[2]);
  return { host: sliceSafe(peer, start, start + host.length), port };
}

/** True when a host belongs to somebody else: a public name that is no store of our own. */
export function isOutsideHost({ host, port }: PeerHost): boolean {
  const name = host.toLowerCase();
  if (port !== null && STORE_PORTS.has(port)) return false;
  return PUBLIC_NAME.test(name) && !PRIVATE_ENDING.test(name) && !RENTED_STORE.test(name);
}

/** The same name for "Payment Service", "payment_service" and "payment-service". */
export function plainName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/gu, "-")
    .replaceAll(/^-+|-+$/gu, "");
}

/** The known service behind a host: by its full name or its first label; null when none has that name. */
export function serviceBehind(host: string, services: readonly Safe[]): Safe | null {
  const full = plainName(host);
  const label = full.split(".")[0] ?? full;
  return (
    services.find((service) => plainName(service) === full) ??
    (PUBLIC_NAME.test(full) && !PRIVATE_ENDING.test(full) && !full.includes(".svc")
      ? null
      : (services.find((service) => plainName(service) === label) ?? null))
  );
}
