import type { PostmortemDocument, PostmortemStore } from "../../src/app/people-ports.ts";
import { bindPostmortems, type PostmortemDeps, type PostmortemVerbs } from "../../src/app/postmortem-verbs.ts";
import type { IncidentId, TenantId } from "../../src/core/ids.ts";
import { draftPostmortem } from "../../src/core/postmortem/draft.ts";

/** Versions of postmortems in memory, with the promise of the table: the first writer of a version wins. */
export class MemoryPostmortems implements PostmortemStore {
  readonly versions: { readonly tenant: TenantId; readonly document: PostmortemDocument }[] = [];

  async latest(tenant: TenantId, id: IncidentId): Promise<PostmortemDocument | null> {
    return this.#of(tenant, id).at(-1) ?? null;
  }

  async version(tenant: TenantId, id: IncidentId, version: number): Promise<PostmortemDocument | null> {
    return this.#of(tenant, id).find((document) => document.version === version) ?? null;
  }

  async lastEdit(tenant: TenantId, id: IncidentId): Promise<PostmortemDocument | null> {
    return this.#of(tenant, id).findLast(({ editedBy }) => editedBy !== null) ?? null;
  }

  async save(tenant: TenantId, document: PostmortemDocument): Promise<"saved" | "conflict"> {
    if ((await this.version(tenant, document.incidentId, document.version)) !== null) return "conflict";
    this.versions.push({ tenant, document });
    return "saved";
  }

  #of(tenant: TenantId, id: IncidentId): readonly PostmortemDocument[] {
    return this.versions
      .filter((kept) => kept.tenant === tenant && kept.document.incidentId === id)
      .map(({ document }) => document)
      .toSorted((a, b) => a.version - b.version);
  }
}

/** The real verbs of postmortems over versions in memory; the answer and what is not given here come from the test. */
export function postmortemVerbs(
  given: Pick<PostmortemDeps, "answer" | "redactor" | "clock"> & Partial<PostmortemDeps>,
): PostmortemVerbs {
  return bindPostmortems({
    engine: { draftPostmortem },
    postmortems: new MemoryPostmortems(),
    feedback: { ofIncident: async () => [] },
    incidents: { alerts: async () => [] },
    ...given,
  });
}
