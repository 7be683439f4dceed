import { createHmac } from "node:crypto";

/** Stable stand-ins for what names a person or a machine: the same for the same value, so that correlation survives. */
export interface Pseudonyms {
  readonly email: (address: string) => string;
  readonly ip: (address: string) => string;
  /** For ids: long, because two ids with one name would be one alert; and capitals count, as they do for their sender. */
  readonly key: (id: string) => string;
}

const MAX_REMEMBERED = 10_000;
const DIGITS = 8;
const KEY_DIGITS = 32;

/** HMAC-SHA256 under a key of this install and tenant: nobody without the key can try values. */
export function createPseudonyms(key: string): Pseudonyms {
  const made = new Map<string, string>();
  const digest = (message: string, digits: number) =>
    createHmac("sha256", key).update(message).digest("hex").slice(0, digits);
  const nameOf = (kind: "email" | "ip", value: string) => {
    const plain = `${kind}_${value.toLowerCase()}`;
    const before = made.get(plain);
    if (before !== undefined) return before;
    // E-mail addresses keep the pseudonyms of earlier versions.
    const message = kind === "email" ? value.toLowerCase() : plain;
    const name = `${kind}_${digest(message, DIGITS)}`;
    if (made.size >= MAX_REMEMBERED) made.clear();
    made.set(plain, name);
    return name;
  };
  return {
    email: (address) => nameOf("email", address),
    ip: (address) => nameOf("ip", address),
    key: (id) => `key_${digest(`key_${id}`, KEY_DIGITS)}`,
  };
}

/** The key of a tenant, so that pseudonyms of two tenants cannot be joined. */
export function tenantKey(key: string, tenant: string): string {
  return createHmac("sha256", key).update(`tenant:${tenant}`).digest("hex");
}
