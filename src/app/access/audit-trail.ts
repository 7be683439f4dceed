import type { EpochMs, IncidentId, TenantId } from "../../core/ids.ts";
import type { Actor } from "../actor.ts";
import type { Clock } from "../ports.ts";

/** One thing that somebody did or was refused. Ids only: names and texts are elsewhere, and can be erased there. */
export interface AuditEntry {
  readonly tenant: TenantId;
  readonly actorKind: Actor["kind"];
  readonly actorId: string;
  readonly action: string;
  readonly incident: IncidentId | null;
  readonly outcome: "allowed" | "refused";
  /** Why it was refused, as a code; empty when it was allowed. */
  readonly reason: string;
}

/** An entry as it is kept: numbered without gaps per tenant, and bound to the one before it. */
export interface KeptEntry extends Omit<AuditEntry, "actorKind" | "outcome" | "incident"> {
  readonly actorKind: string;
  readonly incident: string | null;
  readonly outcome: string;
  /** 1 for the first. */
  readonly sequence: number;
  readonly atMs: EpochMs;
  /** Hash of the entry before; `NO_HASH` for the first one. */
  readonly previous: string;
  readonly hash: string;
}

/** The last entry of a trail: whoever notes it elsewhere can tell later whether the end was cut off. */
export interface AuditHead {
  readonly sequence: number;
  readonly hash: string;
}

/** Where entries are kept. One process at a time adds to a tenant's trail. */
export interface AuditStore {
  /** Adds what `make` makes of the last entry, with nobody else adding meanwhile. */
  append(tenant: TenantId, make: (last: AuditHead | null) => KeptEntry): Promise<void>;
  /** Entries after this number, in order, at most `limit`. */
  read(tenant: TenantId, after: number, limit: number): Promise<readonly KeptEntry[]>;
  head(tenant: TenantId): Promise<AuditHead | null>;
}

/** Binds a text with a key of this install: 64 hexadecimal digits, always the same ones for the same text. */
export type Seal = (text: string) => string;

/** Who did what and when. Entries are only ever added. */
export interface AuditTrail {
  append(entry: AuditEntry): Promise<void>;
}

export const NO_HASH = "0".repeat(64);
const BEFORE_FIRST: AuditHead = { sequence: 0, hash: NO_HASH };
const MAX_ID = 200;
const PAGE = 1_000;

/** A trail over a store. The key is not in the database: who can only write there cannot make a chain that holds. */
export function createAuditTrail({
  store,
  clock,
  seal,
}: {
  readonly store: AuditStore;
  readonly clock: Clock;
  readonly seal: Seal;
}): AuditTrail {
  return {
    append: (entry) =>
      store.append(entry.tenant, (last) => {
        const actorId = storable(entry.actorId);
        const incident = entry.incident === null ? null : storable(entry.incident);
        const open = {
          ...entry,
          actorId,
          incident,
          sequence: (last?.sequence ?? 0) + 1,
          atMs: clock.nowMs(),
          previous: last?.hash ?? NO_HASH,
        };
        return { ...open, hash: hashOf(open, seal) };
      }),
  };
}

/** What stands in the store afterwards must be what was sealed: ids from outside may hold what PostgreSQL refuses. */
function storable(id: string): string {
  return id.slice(0, MAX_ID).toWellFormed().replaceAll("\u0000", "\uFFFD");
}

/** What binds an entry to the one before it, by all of its fields. */
export function hashOf(entry: Omit<KeptEntry, "hash">, seal: Seal): string {
  const { tenant, sequence, atMs, actorKind, actorId, action, incident, outcome, reason, previous } = entry;
  return seal(
    JSON.stringify([tenant, sequence, atMs, actorKind, actorId, action, incident, outcome, reason, previous]),
  );
}

export type TrailFinding =
  | { readonly status: "whole"; readonly head: AuditHead | null }
  /** `at` is the number of the first entry that does not fit. */
  | { readonly status: "broken"; readonly at: number; readonly because: "changed" | "gap" | "cut-off" | "other-end" };

/**
 * Reads a whole trail and says where it does not hold. Entries that were changed, removed, added or moved show by
 * themselves; an end that was cut off shows against a head noted earlier, elsewhere.
 */
export async function verifyTrail(
  store: Pick<AuditStore, "read">,
  tenant: TenantId,
  { seal, noted = null }: { readonly seal: Seal; readonly noted?: AuditHead | null },
): Promise<TrailFinding> {
  let last = BEFORE_FIRST;
  for (;;) {
    const page = await store.read(tenant, last.sequence, PAGE);
    for (const entry of page) {
      const because = misfit(entry, last, seal) ?? against(noted, entry);
      if (because !== null) return { status: "broken", at: last.sequence + 1, because };
      last = { sequence: entry.sequence, hash: entry.hash };
    }
    if (page.length < PAGE) break;
  }
  if (noted !== null && last.sequence < noted.sequence) {
    return { status: "broken", at: last.sequence + 1, because: "cut-off" };
  }
  return { status: "whole", head: last.sequence === 0 ? null : last };
}

function misfit(entry: KeptEntry, last: AuditHead, seal: Seal): "changed" | "gap" | null {
  if (entry.sequence !== last.sequence + 1) return "gap";
  return entry.previous === last.hash && entry.hash === hashOf(entry, seal) ? null : "changed";
}

function against(noted: AuditHead | null, { sequence, hash }: KeptEntry): "other-end" | null {
  return noted !== null && noted.sequence === sequence && noted.hash !== hash ? "other-end" : null;
}
