import { type EpochMs, SELF_WATCH_TENANT } from "../core/ids.ts";
import type { Database } from "./database.ts";

/**
 * Removes synthetic incidents that changed before, with everything that hangs on them: nobody looks at them again. Their done
 * jobs go with everybody's (`removeDoneJobs`): no index finds those of one tenant, and this runs every minute.
 */
export async function removeSelfWatch(db: Database, before: EpochMs): Promise<void> {
  const tenant = SELF_WATCH_TENANT;
  const past = new Date(before);
  await db.$transaction(async (tx) => {
    const rows = await tx.incidentRow.findMany({
      where: { tenant, changedAt: { lt: past } },
      select: { id: true },
      take: 1_000,
    });
    const incidentId = { in: rows.map(({ id }) => id) };
    await tx.alertFactRow.deleteMany({ where: { incidentId } });
    await tx.analysisRow.deleteMany({ where: { incidentId } });
    await tx.archivedInputRow.deleteMany({ where: { tenant, incidentId } });
    await tx.outboundMessageRow.deleteMany({ where: { tenant, incidentId } });
    await tx.incidentRow.deleteMany({ where: { id: incidentId } });
    await tx.inboxItem.deleteMany({ where: { tenant, receivedAt: { lt: past } } });
  });
}
