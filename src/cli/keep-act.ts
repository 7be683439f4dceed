import { type AuditHead, type AuditStore, createAuditTrail, hashOf, type Seal } from "../app/access/audit-trail.ts";
import type { Action } from "../core/access/actions.ts";
import { DEFAULT_TENANT, type IncidentId } from "../core/ids.ts";
import { trailSeal } from "../main/access.ts";
import type { Config } from "../main/config.ts";
import { dataDirOf } from "../main/database.ts";
import { openSecrets } from "../main/secrets.ts";
import { systemClock } from "../platform/clock.ts";
import { createAuditStore } from "../store/audit.ts";
import { withClient } from "../store/client.ts";
import { openDatabases } from "../store/databases.ts";
import { COMMAND_LINE_ACTOR } from "./play-scenario.ts";

/** What commands do to what is kept. Restoring is a command's only, so no policy knows it. */
export interface CommandAct {
  readonly action: Extract<Action, "data.export" | "data.erase"> | "data.restore";
  /** Not given: everything, or a person. */
  readonly incident?: IncidentId;
}

/** Whether the act stands in the audit trail now; otherwise why not, as a sentence for whoever typed the command. */
export type KeptAct = { readonly status: "kept" } | { readonly status: "not-kept"; readonly because: string };

/**
 * Enters an act of the command line in the audit trail. A trail whose last entry was sealed with another secret is left
 * as it is: an entry that does not fit would break it for good. Rejects when the database cannot be written to.
 */
export async function keepAct(connectionString: string, config: Config, act: CommandAct): Promise<KeptAct> {
  if (!(await hasTrail(connectionString))) {
    return { status: "not-kept", because: "the tables are of a version before it, or are not there yet" };
  }
  const seal = trailSeal(openSecrets({ given: config.core.TRACEOPS_SECRET, dataDir: dataDirOf(config) }));
  const db = await openDatabases(connectionString);
  try {
    const store = createAuditStore(db);
    if (!(await continues(store, seal))) {
      return {
        status: "not-kept",
        because: "TRACEOPS_SECRET is not the one it was sealed with, or its last entry was changed",
      };
    }
    await createAuditTrail({ store, clock: systemClock, seal }).append({
      tenant: DEFAULT_TENANT,
      actorKind: COMMAND_LINE_ACTOR.kind,
      actorId: COMMAND_LINE_ACTOR.id,
      action: act.action,
      incident: act.incident ?? null,
      outcome: "allowed",
      reason: "",
    });
    return { status: "kept" };
  } finally {
    await db.close();
  }
}

/** For the terminal; empty when there is nothing to say. */
export function keptWords(kept: KeptAct): string {
  return kept.status === "kept" ? "" : `Nothing was entered in the audit trail: ${kept.because}.\n`;
}

async function hasTrail(connectionString: string): Promise<boolean> {
  const { rowCount } = await withClient(connectionString, (client) =>
    client.query("SELECT 1 WHERE to_regclass('public.audit_entry') IS NOT NULL"),
  );
  return rowCount === 1;
}

async function continues(store: AuditStore, seal: Seal): Promise<boolean> {
  const head: AuditHead | null = await store.head(DEFAULT_TENANT);
  if (head === null) return true;
  const [last] = await store.read(DEFAULT_TENANT, head.sequence - 1, 1);
  return last !== undefined && hashOf(last, seal) === last.hash;
}
