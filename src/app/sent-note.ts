import type { AlertFingerprint, EpochMs } from "../core/ids.ts";
import type { Safe } from "../core/safe.ts";

/** What a person wrote or did in the sender's system, as its webhook told it. `Text` is `string` until redaction has passed. */
export interface SentNote<Text extends string = Safe> {
  /** Key of the alert source, for example "pagerduty". */
  readonly source: string;
  /** The sender's own id of it: what is told twice has the same one. */
  readonly key: string;
  /** The alert, and the sender's incident, that it belongs to. */
  readonly fingerprint: AlertFingerprint;
  readonly externalId: string;
  /** Stable id of the author at the sender; null when it names nobody. */
  readonly authorId: string | null;
  readonly who: Text;
  readonly text: Text;
  readonly atMs: EpochMs;
}
