import { createHash, timingSafeEqual } from "node:crypto";
import { TOKEN_SCOPES, type TokenScope } from "../../core/access/actions.ts";

const MIN_TOKEN = 24;
const MAX_TOKENS = 100;

/** A token as it is kept in memory: its digest and what it may be used for. */
export interface KnownToken {
  readonly digest: Buffer;
  readonly scopes: readonly TokenScope[];
  /** The beginning of the digest, for the audit trail: tells tokens apart and opens nothing. */
  readonly name: string;
}

/** "token, read+private:token" as tokens; null when a part is too short, names another scope, or is there twice. */
export function parseTokens(list: string): readonly KnownToken[] | null {
  const parts = list
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const tokens = parts.map(parseToken).filter((token) => token !== null);
  const areAllGood = tokens.length === parts.length && parts.length > 0 && parts.length <= MAX_TOKENS;
  return areAllGood && new Set(tokens.map(({ name }) => name)).size === tokens.length ? tokens : null;
}

function parseToken(part: string): KnownToken | null {
  const match = /^(?:(?<scopes>[a-z]+(?:\+[a-z]+)*):)?(?<token>[\x21-\x2b\x2d-\x7e]+)$/u.exec(part);
  const { scopes = "read", token = "" } = match?.groups ?? {};
  const named = scopes.split("+");
  const known = TOKEN_SCOPES.filter((scope) => named.includes(scope));
  if (token.length < MIN_TOKEN || token.length > 500 || known.length !== named.length) return null;
  const digest = digestOf(token);
  return { digest, scopes: known, name: digest.toString("hex").slice(0, 12) };
}

/** The token that an Authorization header shows; null when it is none of ours. Every known one is compared, so that time tells nothing. */
export function tokenIn(authorization: string | undefined, tokens: readonly KnownToken[]): KnownToken | null {
  const given = /^Bearer ([\x21-\x7e]{1,500})$/iu.exec(authorization ?? "")?.[1];
  if (given === undefined) return null;
  const digest = digestOf(given);
  const equal = tokens.map((token) => timingSafeEqual(token.digest, digest));
  return tokens[equal.indexOf(true)] ?? null;
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
