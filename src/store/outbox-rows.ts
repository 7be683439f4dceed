import type { JobRequest } from "../app/jobs/catalog.ts";
import type { Clock } from "../app/ports.ts";
import type { TenantId } from "../core/ids.ts";
import type { Database, Transaction } from "./database.ts";
import { toJsonValue } from "./stored-json.ts";

/** Stores what a change causes, in the change's own transaction. The relay is woken by the commit. */
export async function storeJobs(
  tx: Database | Transaction,
  tenant: TenantId,
  { jobs, clock }: { readonly jobs: readonly JobRequest[]; readonly clock: Clock },
): Promise<void> {
  if (jobs.length === 0) return;
  const nowMs = clock.nowMs();
  await tx.outboxItem.createMany({
    data: jobs.map(({ name, payload, notBeforeMs }) => ({
      tenant,
      job: name,
      payload: toJsonValue(payload),
      createdAt: new Date(nowMs),
      notBefore: new Date(notBeforeMs ?? nowMs),
    })),
  });
}
