import type { CorrectionStore, Preference, Preferences } from "../../src/app/people-ports.ts";
import type { CorrectionFact } from "../../src/core/corrections/correction.ts";
import type { IncidentId, TenantId } from "../../src/core/ids.ts";
import type { InMemoryIncidents } from "./in-memory-incidents.ts";

/** What people chose, in memory. */
export class MemoryPreferences implements Preferences {
  readonly #kept = new Map<string, Preference>();

  async list(tenant: TenantId, scope: string): Promise<readonly Preference[]> {
    const wanted = [...this.#kept].filter(([key]) => key.startsWith(`${tenant}\n${scope}\n`));
    return wanted.map(([, preference]) => preference).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async get(tenant: TenantId, scope: string, name: string): Promise<Preference | null> {
    return this.#kept.get([tenant, scope, name].join("\n")) ?? null;
  }

  async set(tenant: TenantId, preference: Preference): Promise<void> {
    this.#kept.set([tenant, preference.scope, preference.name].join("\n"), preference);
  }

  async remove(tenant: TenantId, scope: string, name: string): Promise<void> {
    this.#kept.delete([tenant, scope, name].join("\n"));
  }
}

/** Corrections as facts beside the incidents of the same test; each raises the revision like the real store. */
export class InMemoryCorrections implements CorrectionStore {
  readonly #facts: { readonly incidentId: IncidentId; readonly fact: CorrectionFact }[] = [];
  readonly #incidents: InMemoryIncidents | null;

  constructor(incidents: InMemoryIncidents | null = null) {
    this.#incidents = incidents;
  }

  async add(...[given, causes]: Parameters<CorrectionStore["add"]>): Promise<CorrectionFact> {
    const { incidentId, actor, at: atMs, correction } = given;
    const fact = { id: String(this.#facts.length + 1), atMs, actorId: actor.id, who: actor.name, correction };
    this.#facts.push({ incidentId, fact });
    this.#incidents?.touch(incidentId, causes);
    return fact;
  }

  async ofIncident(_: TenantId, id: IncidentId): Promise<readonly CorrectionFact[]> {
    return this.#facts.filter(({ incidentId }) => incidentId === id).map(({ fact }) => fact);
  }
}
