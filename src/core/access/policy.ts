import type { IncidentId, TenantId } from "../ids.ts";
import { ACTIONS, type Action, ROLES, type Role, type TokenScope } from "./actions.ts";
import { ownersOf, type Roster } from "./roster.ts";

/** Who asks. Made from signed payloads, compared tokens and sessions only: never from what a button or a window carries. */
export type Principal = {
  readonly tenant: TenantId;
} & (
  | SlackPerson
  /** A browser that signed in with the password of this install, or on its machine. Its typed name proves nothing. */
  | { readonly kind: "web" }
  /** A browser that came with a signed link: it sees the incidents of its links and no more. */
  | {
      readonly kind: "web-link";
      readonly incidents: readonly IncidentId[];
      /** No more than who asked for the link has, and only reading where a whole channel got it. */
      readonly role: "viewer" | "responder";
    }
  | { readonly kind: "token"; readonly scopes: readonly TokenScope[] }
  /** Whoever may start a command here may read its database anyway. */
  | { readonly kind: "local" }
  /** The program's own work. */
  | { readonly kind: "program" }
);

export interface SlackPerson {
  readonly kind: "slack";
  /**
   * `foreign`: of a workspace that is not connected; `unverified`: Slack could not be asked which one is ours; `untold`: of
   * our workspace, but Slack never said whether a guest.
   */
  readonly standing: "member" | "guest" | "foreign" | "unverified" | "untold";
  /** Every name under which the roster may know this person, in lower case: ids, e-mail, user groups. */
  readonly names: readonly string[];
  /** An administrator or owner of the Slack workspace. */
  readonly isWorkspaceAdmin: boolean;
}

/** What is asked about. */
export interface Resource {
  readonly tenant: TenantId;
  /** Null for what is not about one incident. */
  readonly incident: IncidentId | null;
  /** Services that it is about; their owners count. */
  readonly services: readonly string[];
  /**
   * Where its card stands, seen from whoever asks: `open` to everybody here, in a private channel that they are in or not,
   * or nobody could find out.
   */
  readonly place: "open" | "inside" | "outside" | "unknown";
}

export type Refusal =
  | "other-tenant"
  | "foreign-workspace"
  | "unverified-workspace"
  | "untold-person"
  | "token-scope"
  | "other-incident"
  | "role"
  | "not-owner"
  | "private"
  | "private-unknown";

export type Permission =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly because: Refusal /** For `role`. */; readonly needs: Role };

interface Question {
  readonly principal: Principal;
  readonly action: Action;
  readonly resource: Resource;
  readonly roster: Roster;
}

const ALLOWED: Permission = { allowed: true };
/** In this order: what tells least comes first, so that a stranger does not learn what a role would see. */
const CHECKS: readonly ((question: Question) => Refusal | null)[] = [
  tenantOf,
  standingOf,
  scopeOf,
  linkOf,
  rankOf,
  ownershipOf,
  privacyOf,
];

/** Whether this principal may do this, or why not. Pure: everything it needs is in the question. */
export function may(question: Question): Permission {
  for (const check of CHECKS) {
    const because = check(question);
    if (because !== null) return { allowed: false, because, needs: ACTIONS[question.action].least };
  }
  return ALLOWED;
}

/** The role of a principal. A named role wins over everybody's, also downwards; of several names the highest counts. */
export function roleOf(principal: Principal, roster: Roster): Role {
  switch (principal.kind) {
    case "local":
    case "program":
      return "admin";
    case "web":
      return lower(roster.everybody, "responder");
    case "web-link":
      return principal.role;
    case "token":
      return principal.scopes.includes("write") ? "responder" : "viewer";
    case "slack":
      return slackRole(principal, roster);
    default:
      return principal satisfies never;
  }
}

function slackRole({ names, standing, isWorkspaceAdmin }: SlackPerson, { roles, everybody }: Roster): Role {
  const named = names.flatMap((name) => roles.get(name) ?? []);
  if (named.length > 0) return named.reduce((most, role) => (rank(role) > rank(most) ? role : most));
  const hasAdmins = [...roles.values()].includes("admin");
  if (isWorkspaceAdmin && standing === "member" && !hasAdmins) return "admin";
  return standing === "member" ? everybody : lower(everybody, "viewer");
}

function tenantOf({ principal, resource }: Question): Refusal | null {
  return principal.tenant === resource.tenant ? null : "other-tenant";
}

function standingOf({ principal }: Question): Refusal | null {
  if (principal.kind !== "slack") return null;
  if (principal.standing === "foreign") return "foreign-workspace";
  return principal.standing === "unverified" ? "unverified-workspace" : null;
}

function scopeOf({ principal, action }: Question): Refusal | null {
  if (principal.kind !== "token") return null;
  return principal.scopes.includes(ACTIONS[action].reads ? "read" : "write") ? null : "token-scope";
}

function linkOf({ principal, resource: { incident } }: Question): Refusal | null {
  if (principal.kind !== "web-link") return null;
  return incident !== null && principal.incidents.includes(incident) ? null : "other-incident";
}

function rankOf({ principal, action, roster }: Question): Refusal | null {
  const isEnough = (who: Principal) => rank(roleOf(who, roster)) >= rank(ACTIONS[action].least);
  if (isEnough(principal)) return null;
  // Whose move is next: with Slack's word that this is a member it would be enough.
  const isUntold = principal.kind === "slack" && principal.standing === "untold";
  return isUntold && isEnough({ ...principal, standing: "member" }) ? "untold-person" : "role";
}

function ownershipOf({ principal, action, resource, roster }: Question): Refusal | null {
  if (!ACTIONS[action].owned || rank(roleOf(principal, roster)) >= rank("manager")) return null;
  const owners = ownersOf(roster, resource.services);
  const isOwner = principal.kind === "slack" && principal.names.some((name) => owners.includes(name));
  return owners.length === 0 || isOwner ? null : "not-owner";
}

/** An administrator is no member: rights over the install open no private channel. */
function privacyOf({ principal, resource: { place } }: Question): Refusal | null {
  if (place === "open" || mayLookInside(principal)) return null;
  if (principal.kind !== "slack") return "private";
  if (place === "inside") return null;
  return place === "unknown" ? "private-unknown" : "private";
}

/** A link was given to those in the channel; it opens nothing else. */
function mayLookInside(principal: Principal): boolean {
  if (principal.kind === "token") return principal.scopes.includes("private");
  return ["local", "program", "web-link"].includes(principal.kind);
}

function lower<A extends Role, B extends Role>(a: A, b: B): A | B {
  return rank(a) < rank(b) ? a : b;
}

function rank(role: Role): number {
  return ROLES.indexOf(role);
}
