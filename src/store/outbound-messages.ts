import { z } from "zod";
import type { MessageKey, OutboundMessage, OutboundMessages } from "../app/ports.ts";
import { type EpochMs, incidentId, tenantId } from "../core/ids.ts";
import { failpoint } from "../platform/failpoint.ts";
import type { Databases } from "./databases.ts";
import type { OutboundMessageRow, Prisma } from "./generated/client.ts";
import { msOf, reviveMessageState } from "./revive.ts";
import { toStoredText } from "./stored-json.ts";

type Move = Parameters<OutboundMessages["move"]>[1];

/** One row per logical message. Two processes that ask for the same message get the same row. */
export function createOutboundMessages(db: Databases): OutboundMessages {
  return {
    open: (key) => open(db, key),
    move: (message, to) => move(db, message, to),
    async ofIncident(tenant, id, surface) {
      const rows = await db.of(tenant).outboundMessageRow.findMany({
        where: { tenant, incidentId: id, surface },
        orderBy: [{ kind: "asc" }, { ordinal: "asc" }],
      });
      return rows.map(revive);
    },
    async at(tenant, surface, remote) {
      const row = await db.of(tenant).outboundMessageRow.findFirst({
        where: { tenant, surface, remotePlace: remote.place, remoteId: remote.id },
      });
      return row === null ? null : revive(row);
    },
    async stuck(tenant, surface, limit) {
      const rows = await db.of(tenant).outboundMessageRow.findMany({
        where: { tenant, surface, OR: [{ state: "ambiguous" }, { problem: { not: null } }] },
        orderBy: { id: "desc" },
        take: limit,
      });
      return rows.map(revive);
    },
  };
}

const Made = z.array(z.object({ id: z.string(), nonce: z.string() }));
/** The columns' defaults. */
const NEW: Omit<OutboundMessage, "id" | "key" | "nonce"> = {
  state: "pending",
  attempt: 0,
  attemptAtMs: null,
  settlesAtMs: null,
  remote: null,
  bodyHash: null,
  lookups: 0,
  problem: null,
};

async function open(db: Databases, { tenant, incidentId: id, surface, kind, ordinal }: MessageKey) {
  const where = { tenant, incidentId: id, surface, kind, ordinal };
  // Most are asked for again and again after they were opened once.
  const known = await db.of(tenant).outboundMessageRow.findFirst({ where });
  if (known !== null) return revive(known);
  const made = await db.of(tenant).$queryRaw`
    INSERT INTO outbound_message (tenant, incident_id, surface, kind, ordinal, nonce)
    VALUES (${tenant}, ${id}, ${surface}, ${kind}, ${ordinal}, gen_random_uuid()::text)
    ON CONFLICT (tenant, incident_id, surface, kind, ordinal) DO NOTHING RETURNING id::text AS id, nonce`;
  failpoint("message.after-open");
  const [row] = Made.parse(made);
  if (row !== undefined) return { ...NEW, ...row, key: { tenant, incidentId: id, surface, kind, ordinal } };
  return revive(await db.of(tenant).outboundMessageRow.findFirstOrThrow({ where }));
}

async function move(db: Databases, message: OutboundMessage, to: Move): Promise<boolean> {
  failpoint("message.before-move");
  const { count } = await db.of(message.key.tenant).outboundMessageRow.updateMany({
    // The hash is the fence of edits: they change neither the state nor the attempt.
    where: { id: BigInt(message.id), state: message.state, attempt: message.attempt, bodyHash: message.bodyHash },
    data: columnsOf(to),
  });
  failpoint("message.after-move");
  return count === 1;
}

function columnsOf({
  remote,
  attemptAtMs,
  settlesAtMs,
  ...same
}: Move): Prisma.OutboundMessageRowUpdateManyMutationInput {
  return {
    ...same,
    ...(attemptAtMs === undefined ? {} : { attemptAt: dateOf(attemptAtMs) }),
    ...(settlesAtMs === undefined ? {} : { settlesAt: dateOf(settlesAtMs) }),
    ...(remote === undefined ? {} : { remotePlace: textOf(remote?.place), remoteId: textOf(remote?.id) }),
  };
}

function dateOf(ms: EpochMs | null): Date | null {
  return ms === null ? null : new Date(ms);
}

function textOf(text: string | undefined): string | null {
  return text === undefined ? null : toStoredText(text);
}

function revive(row: OutboundMessageRow): OutboundMessage {
  const { tenant, incidentId: id, surface, kind, ordinal, remotePlace: place, remoteId } = row;
  return {
    id: row.id.toString(),
    key: { tenant: tenantId(tenant), incidentId: incidentId(id), surface, kind, ordinal },
    state: reviveMessageState(row.state),
    nonce: row.nonce,
    attempt: row.attempt,
    attemptAtMs: row.attemptAt === null ? null : msOf(row.attemptAt),
    settlesAtMs: row.settlesAt === null ? null : msOf(row.settlesAt),
    remote: place === null || remoteId === null ? null : { place, id: remoteId },
    bodyHash: row.bodyHash,
    lookups: row.lookups,
    problem: row.problem,
  };
}
