import type { EpochMs } from "../core/ids.ts";

/** One received webhook, before anybody looked inside. */
export interface Delivery {
  readonly raw: Uint8Array;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly receivedAtMs: EpochMs;
}

export type Verdict =
  | { readonly status: "authentic" }
  | { readonly status: "refused"; readonly reason: "no-signature" | "wrong-signature" | "no-secret-configured" };
