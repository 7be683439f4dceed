import type { PostmortemDocument, PostmortemStore } from "../app/people-ports.ts";
import type { IncidentId, TenantId } from "../core/ids.ts";
import type { Databases } from "./databases.ts";
import { revivePostmortem } from "./revive.ts";
import { toStoredText } from "./stored-json.ts";

/** Postmortems by version. Nothing is overwritten; of two writers of one version the first wins. */
export function createPostmortemStore(db: Databases): PostmortemStore {
  return {
    async latest(tenant, id) {
      const row = await db.of(tenant).postmortemRow.findFirst({
        where: { tenant, incidentId: id },
        orderBy: { version: "desc" },
      });
      return row === null ? null : revivePostmortem(row);
    },
    async version(tenant, id, version) {
      const row = await db.of(tenant).postmortemRow.findFirst({ where: { tenant, incidentId: id, version } });
      return row === null ? null : revivePostmortem(row);
    },
    lastEdit: (tenant, id) => lastEdit(db, tenant, id),
    async save(tenant, document) {
      // One statement: two processes that save the same version never both succeed.
      const { count } = await db.of(tenant).postmortemRow.createMany({
        data: [rowOf(tenant, document)],
        skipDuplicates: true,
      });
      return count === 1 ? "saved" : "conflict";
    },
  };
}

async function lastEdit(db: Databases, tenant: TenantId, id: IncidentId): Promise<PostmortemDocument | null> {
  const row = await db.of(tenant).postmortemRow.findFirst({
    where: { tenant, incidentId: id, editedBy: { not: null } },
    orderBy: { version: "desc" },
  });
  return row === null ? null : revivePostmortem(row);
}

function rowOf(tenant: TenantId, document: PostmortemDocument) {
  const { incidentId, version, generated, text, editedBy, atMs, canvas } = document;
  return {
    tenant,
    incidentId,
    version,
    generated: toStoredText(generated),
    text: toStoredText(text),
    editedBy: editedBy === null ? null : toStoredText(editedBy),
    at: new Date(atMs),
    canvasPlace: canvas?.place ?? null,
    canvasId: canvas?.id ?? null,
  };
}
