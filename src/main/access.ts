import { z } from "zod";
import { createAccess, type PlacePort } from "../app/access/access.ts";
import { createAuditTrail, type Seal } from "../app/access/audit-trail.ts";
import { guardVerbs } from "../app/access/guard-verbs.ts";
import type { Clock } from "../app/ports.ts";
import type { Verbs } from "../app/verbs.ts";
import type { Role } from "../core/access/actions.ts";
import { groupsOf, parseNames, parseOwners, type Roster } from "../core/access/roster.ts";
import { auditSeal } from "../platform/audit-seal.ts";
import type { Store } from "../store/create-store.ts";
import type { SurfaceDeps } from "../surfaces/define.ts";
import type { Secrets } from "./secrets.ts";

const NAMES_FORM =
  "must be a list such as U0ANN, ann@example.com, S0ONCALL: ids of people or user groups in Slack, or e-mail addresses";
const names = z.string().refine((text) => parseNames(text) !== null, NAMES_FORM);

/** Who may do what. docs/access.md shows the table. */
export const accessSettings = {
  ACCESS_EVERYBODY: z
    .enum(["responder", "viewer", "manager", "none"])
    .default("responder")
    .describe(
      "Role of members of the connected Slack workspace whom no other setting names. Guests of the workspace get viewer at most.",
    ),
  ACCESS_ADMINS: names
    .optional()
    .describe(
      "Who may also change settings, export and erase data: ids of people or user groups in Slack, or e-mail addresses. Not set: the administrators of the Slack workspace.",
    ),
  ACCESS_MANAGERS: names
    .optional()
    .describe("Incident managers: responders who may also act on services that others own."),
  ACCESS_RESPONDERS: names.optional().describe("Responders, when ACCESS_EVERYBODY is less than that."),
  ACCESS_VIEWERS: names.optional().describe("People who only read, when ACCESS_EVERYBODY is more than that."),
  ACCESS_OWNERS: z
    .string()
    .refine(
      (text) => parseOwners(text) !== null,
      "must look like checkout=S0PAY, pay-*=ann@example.com: a service and who owns it",
    )
    .optional()
    .describe(
      "Who owns which service: checkout=S0PAY, pay-*=ann@example.com. Only owners and managers resolve, mute and route what is owned.",
    ),
} satisfies z.ZodRawShape;

const AccessSchema = z.object(accessSettings);

/** The roster of the settings, which were validated before. */
export function rosterFrom(env: Readonly<Record<string, string>>): Roster {
  const settings = AccessSchema.parse(env);
  // In this order: of a name in two lists the higher role stays.
  const lists: readonly (readonly [Exclude<Role, "none">, string | undefined])[] = [
    ["viewer", settings.ACCESS_VIEWERS],
    ["responder", settings.ACCESS_RESPONDERS],
    ["manager", settings.ACCESS_MANAGERS],
    ["admin", settings.ACCESS_ADMINS],
  ];
  const roles = lists.flatMap(([role, list]) =>
    (parseNames(list ?? "") ?? []).map((name): readonly [string, Exclude<Role, "none">] => [name, role]),
  );
  return {
    everybody: settings.ACCESS_EVERYBODY,
    roles: new Map(roles),
    owners: parseOwners(settings.ACCESS_OWNERS ?? "") ?? [],
  };
}

/** What binds the entries of this install's audit trail. */
export function trailSeal(secrets: Secrets): Seal {
  return auditSeal(secrets.derive("audit"));
}

export interface WiredAccess {
  /** The verbs behind the policy. */
  readonly guarded: (verbs: Verbs) => Verbs;
  /** What surfaces need to ask for what is not a verb. */
  readonly forSurfaces: Pick<SurfaceDeps, "access" | "groups" | "keyFor">;
  /** Surfaces are made after the verbs: where they show incidents is filled in then. */
  readonly setPlaces: (places: readonly PlacePort[]) => void;
}

/** The policy of the settings, over the stores. */
export function wireAccess(
  env: Readonly<Record<string, string>>,
  { store, secrets, clock }: { readonly store: Store; readonly secrets: Secrets; readonly clock: Clock },
): WiredAccess {
  const known: PlacePort[] = [];
  const roster = rosterFrom(env);
  const audit = createAuditTrail({ store: store.auditStore, clock, seal: trailSeal(secrets) });
  const access = createAccess({ roster, places: () => known, incidents: store.incidents, audit });
  return {
    guarded: (verbs) => guardVerbs(verbs, access),
    forSurfaces: { access, groups: groupsOf(roster), keyFor: (purpose) => secrets.derive(`surface ${purpose}`) },
    setPlaces: (places) => known.splice(0, known.length, ...places),
  };
}
