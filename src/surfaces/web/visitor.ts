import { createHash, timingSafeEqual } from "node:crypto";
import type { Actor } from "../../app/actor.ts";
import type { Redactor } from "../../app/redactor.ts";
import type { Principal } from "../../core/access/policy.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { cutSafe, own, ownWords, type Safe, safe } from "../../core/safe.ts";
import type { LinkClaim } from "../../platform/signed-link.ts";
import { cookiesOf } from "./cookies.ts";

const ID_COOKIE = "traceops_visitor";
const NAME_COOKIE = "traceops_name";
const YEAR_SECONDS = 365 * 24 * 3600;
const NAME_LENGTH = 60;
const ID_FORM = /^[\w-]{16,80}$/u;

export interface VisitorDeps {
  readonly redactor: Redactor;
  readonly newNonce: () => string;
  readonly publicUrl: string;
}

/** A browser that looks at our pages. One browser is one voter; its secret id never leaves it and us. */
export interface Visitor {
  readonly actor: Actor;
  /** What the name field shows; empty when no name was given. */
  readonly givenName: string;
  /** The name came with a password and cannot be typed over. */
  readonly isSignedIn: boolean;
  /** Goes into forms; only a page of ours can know it. */
  readonly formToken: string;
  /** Sent with every page, so that the browser stays the same visitor. */
  readonly setCookie: string;
}

export interface VisitorClaims {
  readonly cookie: string | undefined;
  /** Signed in as; wins over a typed name. */
  readonly userName: string | null;
  /** Came with signed links, and asks for this page now; null for who may see all. */
  readonly link: { readonly known: readonly LinkClaim[]; readonly incident: string | null } | null;
}

/** Who is looking, from the browser's cookies; a new visitor gets a new id. */
export function visitorOf(deps: VisitorDeps, { cookie, userName, link }: VisitorClaims): Visitor {
  const cookies = cookiesOf(cookie);
  const known = cookies.get(ID_COOKIE) ?? "";
  const id = ID_FORM.test(known)
    ? known
    : deps
        .newNonce()
        .replaceAll(/[^\w-]/gu, "")
        .padEnd(16, "0");
  const givenName = tidyName(userName ?? cookies.get(NAME_COOKIE) ?? "");
  return {
    actor: { ...actorNamed(deps, id, givenName), principal: principalOf(link) },
    givenName,
    isSignedIn: userName !== null,
    formToken: digestOf(`form:${id}`),
    setCookie: cookieText(deps, ID_COOKIE, id),
  };
}

function principalOf(link: VisitorClaims["link"]): Principal {
  const tenant = DEFAULT_TENANT;
  if (link === null) return { kind: "web", tenant };
  const role = link.known.find(({ incident }) => incident === link.incident)?.role ?? "viewer";
  return { kind: "web-link", tenant, incidents: link.known.map(({ incident }) => incident), role };
}

/** The same visitor under the name that came with a vote; a signed-in name stays. */
export function renamed(deps: VisitorDeps, visitor: Visitor, name: string): Visitor {
  const givenName = tidyName(name);
  if (visitor.isSignedIn || givenName === "" || givenName === visitor.givenName) return visitor;
  const actor: Actor = { ...visitor.actor, name: shownName(deps, givenName) };
  return { ...visitor, givenName, actor };
}

/** Remembers the name for the next vote. */
export function nameCookie(deps: VisitorDeps, visitor: Visitor): string {
  return cookieText(deps, NAME_COOKIE, encodeURIComponent(visitor.givenName));
}

/** True when the token came from a page that this visitor was given. Constant time. */
export function isOwnToken(visitor: Visitor, token: string): boolean {
  const given = Buffer.from(token);
  const expected = Buffer.from(visitor.formToken);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function actorNamed(deps: VisitorDeps, id: string, givenName: string): Actor {
  const short = digestOf(`voter:${id}`).slice(0, 12);
  const name = givenName === "" ? safe`web visitor ${ownWords(own(short.slice(0, 4)))}` : shownName(deps, givenName);
  return { kind: "web-user", tenant: DEFAULT_TENANT, id: `web:${short}`, name };
}

function shownName(deps: VisitorDeps, name: string): Safe {
  return cutSafe(deps.redactor.text(name), NAME_LENGTH);
}

function tidyName(name: string): string {
  return name
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim()
    .slice(0, NAME_LENGTH);
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

function cookieText(deps: VisitorDeps, name: string, value: string): string {
  const secure = deps.publicUrl.startsWith("https:") ? "; Secure" : "";
  return `${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Strict${secure}`;
}
