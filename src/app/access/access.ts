import { ACTIONS, type Action } from "../../core/access/actions.ts";
import { may, type Permission, type Refusal, type Resource } from "../../core/access/policy.ts";
import { refusalWords } from "../../core/access/refusal-words.ts";
import type { Roster } from "../../core/access/roster.ts";
import type { IncidentId } from "../../core/ids.ts";
import type { Safe } from "../../core/safe.ts";
import type { Actor } from "../actor.ts";
import { AppError } from "../errors.ts";
import type { IncidentStore } from "../ports.ts";
import type { AuditTrail } from "./audit-trail.ts";
import { principalOf } from "./principal-of.ts";

/** Somebody asked for what they may not do. `words` are for that person. */
export class ForbiddenError extends AppError {
  readonly because: Refusal;
  readonly words: Safe;

  constructor({ because, needs }: Extract<Permission, { readonly allowed: false }>) {
    const words = refusalWords(because, needs);
    super("forbidden", words);
    this.name = "ForbiddenError";
    this.because = because;
    this.words = words;
  }
}

/** Where cards stand, as a surface knows it. Asked anew at every question; bounded in time; never throws. */
export interface PlacePort {
  /** How the place of this incident's card looks to this actor. */
  placeFor(actor: Pick<Actor, "id" | "tenant" | "audience">, incident: IncidentId): Promise<Resource["place"]>;
}

export interface About {
  readonly incident?: IncidentId;
  /** Of what is not about one incident. */
  readonly services?: readonly string[];
}

/** Who may do what. Every entry asks here before it does anything. */
export interface Access {
  /** Resolves when the actor may; else throws `ForbiddenError`. What changes something and every refusal is kept in the audit trail. */
  require(actor: Actor, action: Action, about?: About): Promise<void>;
  /** The same before a verb that asks again: only a refusal is kept. */
  expect(actor: Actor, action: Action, about?: About): Promise<void>;
  /** Whether the actor may see this incident: false when it must look as if it did not exist; throws when they may see none. */
  sees(actor: Actor, incident: IncidentId): Promise<boolean>;
  /** Whether the actor may, for lists and hints: false also when nobody could find out, and nothing is kept of it. */
  allows(actor: Actor, action: Action, about?: About): Promise<boolean>;
}

export interface AccessDeps {
  readonly roster: Roster;
  /** Surfaces that know places; looked up at each question, because surfaces are made after the verbs. */
  readonly places: () => readonly PlacePort[];
  readonly incidents: Pick<IncidentStore, "get">;
  readonly audit: AuditTrail;
}

/** What must look like "no such incident" to whoever asks. */
const HIDDEN: ReadonlySet<Refusal> = new Set(["other-tenant", "other-incident", "private"]);

/** The policy over what is known of the incident and of whoever asks. */
export function createAccess(deps: AccessDeps): Access {
  return {
    require: async (actor, action, about = {}) => {
      const permission = await judge(deps, actor, { action, about });
      await keep(deps, actor, { action, about, permission });
      if (!permission.allowed) throw new ForbiddenError(permission);
    },
    expect: async (actor, action, about = {}) => {
      const permission = await judge(deps, actor, { action, about });
      if (permission.allowed) return;
      await keep(deps, actor, { action, about, permission });
      throw new ForbiddenError(permission);
    },
    sees: async (actor, incident) => {
      const asked = { action: "incident.read" as const, about: { incident } };
      const permission = await judge(deps, actor, asked);
      await keep(deps, actor, { ...asked, permission });
      if (permission.allowed) return true;
      if (HIDDEN.has(permission.because)) return false;
      throw new ForbiddenError(permission);
    },
    allows: async (actor, action, about = {}) => (await judge(deps, actor, { action, about })).allowed,
  };
}

interface Asked {
  readonly action: Action;
  readonly about: About;
}

async function judge(deps: AccessDeps, actor: Actor, { action, about }: Asked): Promise<Permission> {
  const { roster } = deps;
  const principal = principalOf(actor);
  const { incident = null, services = [] } = about;
  const base = { tenant: actor.tenant, incident, services };
  // What needs no look-up is judged first: strangers cost Slack and the database nothing.
  const early = may({ principal, action, roster, resource: { ...base, services: [], place: "open" } });
  if (!early.allowed) return early;
  const named = ACTIONS[action].owned ? await servicesOf(deps, actor, about) : [];
  const place = await placeOf(deps, actor, incident);
  return may({ principal, action, roster, resource: { ...base, services: named, place } });
}

/** Read only where somebody owns something. */
async function servicesOf({ roster, incidents }: AccessDeps, actor: Actor, { incident, services = [] }: About) {
  if (roster.owners.length === 0 || incident === undefined) return services;
  const found = await incidents.get(actor.tenant, incident);
  return found === null
    ? services
    : [...services, ...found.services, ...(found.service === null ? [] : [found.service])];
}

/** The strictest of all surfaces. */
async function placeOf({ places }: AccessDeps, actor: Actor, incident: IncidentId | null): Promise<Resource["place"]> {
  if (incident === null || isProgram(actor)) return "open";
  const found = await Promise.all(places().map((place) => place.placeFor(actor, incident)));
  return (["outside", "unknown", "inside"] as const).find((place) => found.includes(place)) ?? "open";
}

function isProgram(actor: Actor): boolean {
  const { kind } = principalOf(actor);
  return kind === "program" || kind === "local";
}

/** Reads that were allowed are not kept: they are many, and change nothing. */
async function keep(
  { audit }: AccessDeps,
  actor: Actor,
  { action, about, permission }: Asked & { readonly permission: Permission },
): Promise<void> {
  if (permission.allowed && (ACTIONS[action].reads || principalOf(actor).kind === "program")) return;
  await audit.append({
    tenant: actor.tenant,
    actorKind: actor.kind,
    actorId: actor.id,
    action,
    incident: about.incident ?? null,
    outcome: permission.allowed ? "allowed" : "refused",
    reason: permission.allowed ? "" : permission.because,
  });
}
