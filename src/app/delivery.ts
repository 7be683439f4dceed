import type { EpochMs } from "../core/ids.ts";

/** One received webhook, before anybody looked inside. */
export interface Delivery {
  readonly raw: Uint8Array;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly receivedAtMs: EpochMs;
}

/**
 * What is kept of it. Headers are not: with some senders one of them is the secret itself, and once the sender is known and
 * the key is taken, nothing reads them.
 */
export type KeptDelivery = Omit<Delivery, "headers">;

export interface Refusal {
  readonly status: "refused";
  readonly reason: "no-signature" | "wrong-signature" | "no-secret-configured";
}

export type Verdict = { readonly status: "authentic" } | Refusal;
