import { createHmac, timingSafeEqual } from "node:crypto";
import type { EpochMs, IncidentId } from "../core/ids.ts";

/** How long a link opens its page. Not for one use only: chat programs and scanners open links before people do. */
export const LINK_LIVES_MS = 15 * 60_000;

/** What a link lets do: read, or also vote and write. */
export const LINK_ROLES = ["viewer", "responder"] as const;
export type LinkRole = (typeof LINK_ROLES)[number];

export interface LinkClaim {
  readonly incident: IncidentId;
  readonly role: LinkRole;
}

/** The query of a link that opens one incident's page for 15 minutes: "as=…&expires=…&link=…". */
export function signLink({ incident, role }: LinkClaim, key: string, nowMs: EpochMs): string {
  const expires = Math.floor((nowMs + LINK_LIVES_MS) / 1000);
  return `as=${role}&expires=${expires}&link=${macOf([incident, role, expires], key)}`;
}

export type LinkVerdict =
  | { readonly status: "good"; readonly role: LinkRole }
  | { readonly status: "tampered" }
  | { readonly status: "expired" };

const TAMPERED: LinkVerdict = { status: "tampered" };

/** Whether this query opens this incident's page now. The bound ahead keeps a clock that was wrong once from making links for ever. */
export function checkLink(
  query: URLSearchParams,
  incident: string,
  { key, nowMs }: { key: string; nowMs: number },
): LinkVerdict {
  const expires = query.get("expires") ?? "";
  const role = LINK_ROLES.find((each) => each === query.get("as"));
  if (role === undefined || !/^\d{9,11}$/u.test(expires)) return TAMPERED;
  if (!isSame(query.get("link") ?? "", macOf([incident, role, Number(expires)], key))) return TAMPERED;
  const leftMs = Number(expires) * 1000 - nowMs;
  if (leftMs <= 0) return { status: "expired" };
  return leftMs <= LINK_LIVES_MS ? { status: "good", role } : TAMPERED;
}

/** A text with its MAC behind it, for a cookie: base64url on both sides of a dot. */
export function sealText(text: string, key: string): string {
  const body = Buffer.from(text).toString("base64url");
  return `${body}.${createHmac("sha256", key).update(body).digest("base64url")}`;
}

/** The text of a sealed one; null when anything of it was changed. */
export function openText(sealed: string, key: string): string | null {
  const match = /^(?<body>[\w-]{1,4000})\.(?<mac>[\w-]{43})$/u.exec(sealed);
  const { body = "", mac = "" } = match?.groups ?? {};
  if (match === null || !isSame(mac, createHmac("sha256", key).update(body).digest("base64url"))) return null;
  return Buffer.from(body, "base64url").toString("utf8");
}

function macOf(claim: readonly (string | number)[], key: string): string {
  return createHmac("sha256", key)
    .update(`traceops link\n${JSON.stringify(claim)}`)
    .digest("hex");
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
