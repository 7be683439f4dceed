declare const brand: unique symbol;

/** A primitive that was checked once and cannot be mixed up with another kind of id. */
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

export type TenantId = Branded<string, "TenantId">;
export type IncidentId = Branded<string, "IncidentId">;
export type EventId = Branded<string, "EventId">;
export type HypothesisId = Branded<string, "HypothesisId">;
export type AlertFingerprint = Branded<string, "AlertFingerprint">;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Branded<number, "EpochMs">;
/** Nanoseconds since 1970-01-01T00:00:00Z. */
export type EpochNs = Branded<bigint, "EpochNs">;

export const tenantId = (value: string): TenantId => value as TenantId;
export const incidentId = (value: string): IncidentId => value as IncidentId;
export const hypothesisId = (value: string): HypothesisId => value as HypothesisId;
export const alertFingerprint = (value: string): AlertFingerprint => value as AlertFingerprint;
export const epochMs = (value: number): EpochMs => value as EpochMs;
export const epochNs = (value: bigint): EpochNs => value as EpochNs;

/** The tenant of an install that serves one company. */
export const DEFAULT_TENANT: TenantId = tenantId("default");

/** Of the synthetic incidents by which an install watches itself. Nobody is shown anything of it. */
export const SELF_WATCH_TENANT: TenantId = tenantId("self-watch");

/** Names one record of one source for ever: the same record read twice has the same id. `ref` is unique in its source. */
export function eventId(source: string, ref: string): EventId {
  return `e${stableHash(`${source}\u0000${ref}`)}` as EventId;
}

/** Names a hypothesis by what it claims, so that the same suspicion keeps its id over revisions and votes stay with it. */
export function hypothesisIdOf(claim: readonly string[]): HypothesisId {
  return `h${stableHash(claim.join("\u0000"))}` as HypothesisId;
}

/** A short hash of text for ids, the same in every process and on every machine. Not for secrets. */
export function stableHash(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return base36(4294967296 * (2097151 & low) + (high >>> 0));
}

const FIVE_DIGITS = 36 ** 5;

/** `toString(36)` for a whole number; in halves, because small numbers are printed many times faster. */
function base36(value: number): string {
  const left = Math.floor(value / FIVE_DIGITS);
  const right = (value % FIVE_DIGITS).toString(36);
  return left === 0 ? right : left.toString(36) + right.padStart(5, "0");
}
