import type { Correction, CorrectionFact } from "../core/corrections/correction.ts";
import type { EpochMs, IncidentId, TenantId } from "../core/ids.ts";
import type { Incident } from "../core/incident.ts";
import type { Safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import type { JobRequest } from "./jobs/catalog.ts";

/** What people corrected, as immutable facts. Adding one raises the incident's revision. */
export interface CorrectionStore {
  add(
    fact: {
      readonly tenant: TenantId;
      readonly incidentId: IncidentId;
      readonly actor: Actor;
      readonly at: EpochMs;
      readonly correction: Correction;
    },
    causes: (incident: Incident) => readonly JobRequest[],
  ): Promise<CorrectionFact>;
  /** Every fact of an incident, undone ones and undos too, oldest first, at most 2,000. */
  ofIncident(tenant: TenantId, id: IncidentId): Promise<readonly CorrectionFact[]>;
}

export interface PostmortemDocument {
  readonly incidentId: IncidentId;
  /** 1, 2, …; every save is a new version, nothing is overwritten. */
  readonly version: number;
  /** What TraceOps wrote last: the base against which people's edits are recognised. */
  readonly generated: Safe;
  /** The document as it stands, people's edits included. */
  readonly text: Safe;
  /** Who saved this version; null when TraceOps did. */
  readonly editedBy: Safe | null;
  readonly atMs: EpochMs;
  readonly canvas: { readonly place: string; readonly id: string } | null;
}

export interface PostmortemStore {
  latest(tenant: TenantId, id: IncidentId): Promise<PostmortemDocument | null>;
  version(tenant: TenantId, id: IncidentId, version: number): Promise<PostmortemDocument | null>;
  /** The newest version that a person saved; null when nobody did. */
  lastEdit(tenant: TenantId, id: IncidentId): Promise<PostmortemDocument | null>;
  /** Adds version `document.version`; "conflict" when that version exists already. */
  save(tenant: TenantId, document: PostmortemDocument): Promise<"saved" | "conflict">;
}

/** One choice of people: a mute, a route, a personal setting. */
export interface Preference {
  readonly scope: string;
  readonly name: string;
  /** JSON; whoever reads it parses it. */
  readonly value: unknown;
  readonly by: Safe;
  readonly atMs: EpochMs;
}

export interface Preferences {
  /** At most 500 of one scope, by name. */
  list(tenant: TenantId, scope: string): Promise<readonly Preference[]>;
  get(tenant: TenantId, scope: string, name: string): Promise<Preference | null>;
  set(tenant: TenantId, preference: Pick<Preference, "scope" | "name" | "value" | "by" | "atMs">): Promise<void>;
  remove(tenant: TenantId, scope: string, name: string): Promise<void>;
}
