import { BASE62, type Chance, HEX, LOWER, LOWER_DIGITS, UPPER_DIGITS, URL64 } from "./chance.ts";
import { type SecretKind, token, within } from "./kind.ts";

/** Kinds that no rule names: only the general rule for random text and the words around it can find them. */
export const HELD_OUT_KINDS: readonly SecretKind[] = [
  token("unknown-prefix-32", { prefix: "acme_live_", alphabet: BASE62, length: 32 }),
  token("unknown-prefix-40", { prefix: "qz-", alphabet: BASE62, length: 40 }),
  token("unknown-prefix-hex", { prefix: "vqt_", alphabet: HEX, length: 40 }),
  token("bare-40", { prefix: "", alphabet: BASE62, length: 40 }),
  token("bare-64", { prefix: "", alphabet: URL64, length: 64 }),
  within(
    "bare-base64",
    (chance) => chance.bytes(32).toString("base64"),
    (secret) => secret,
  ),
  within(
    "three-parts",
    (chance) => chance.chars(URL64, 43),
    (secret, chance) => `${chance.chars(URL64, 24)}.${chance.chars(URL64, 8)}.${secret}`,
  ),
  within(
    "token-24-with-word",
    (chance) => chance.chars(BASE62, 24),
    (secret) => `signed in with token ${secret}`,
  ),
  within(
    "key-20-with-word",
    (chance) => chance.chars(BASE62, 20),
    (secret) => `using api key ${secret} for uploads`,
  ),
  within(
    "hex-with-name",
    (chance) => chance.chars(HEX, 32),
    (secret) => `x-acme-credential: ${secret}`,
  ),
  within(
    "new-name",
    (chance) => chance.chars(LOWER_DIGITS, 24),
    (secret) => `passkey=${secret}`,
  ),
  within(
    "pin",
    (chance) => chance.chars("0123456789", 6),
    (secret) => `pin: ${secret}`,
  ),
  within("license-groups", groups, (secret) => `license ${secret}`),
  within(
    "word-password",
    (chance) => chance.chars(LOWER, 12),
    (secret) => `the password is ${secret}`,
  ),
];

/** Kinds that were written down after the general rule was done and have not changed it since. */
export const LATER_HELD_OUT_KINDS: readonly SecretKind[] = [
  token("later-base58-44", {
    prefix: "",
    alphabet: "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    length: 44,
  }),
  token("later-two-words-48", { prefix: "shop-prod-", alphabet: BASE62, length: 48 }),
  token("later-lower-32", { prefix: "", alphabet: LOWER_DIGITS, length: 32 }),
  token("later-upper-32", { prefix: "", alphabet: UPPER_DIGITS, length: 32 }),
  token("later-hex-64", { prefix: "", alphabet: HEX, length: 64 }),
  within(
    "later-session",
    (chance) => chance.chars(URL64, 28),
    (secret) => `new session ${secret} for user 17`,
  ),
  within(
    "later-header",
    (chance) => chance.chars(BASE62, 40),
    (secret) => `X-Shop-Access: ${secret}`,
  ),
  within(
    "later-basic-words",
    (chance) => `${chance.chars(LOWER, 9)}${chance.int(10, 99)}`,
    (secret) => `user bob, pw ${secret}`,
  ),
];

function groups(chance: Chance): string {
  return Array.from({ length: 5 }, () => chance.chars(UPPER_DIGITS, 5)).join("-");
}
