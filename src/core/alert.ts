import type { Attributes } from "./event.ts";
import type { AlertFingerprint, EpochMs } from "./ids.ts";
import type { Safe } from "./safe.ts";

export type AlertStatus = "firing" | "acknowledged" | "resolved";
export type Severity = "critical" | "error" | "warning" | "info";

/** One alert after its vendor's dialect is gone. `Text` is `string` on arrival and `Safe` once redaction has passed. */
export interface Alert<Text extends string = Safe> {
  /** Key of the alert source, for example "pagerduty". */
  readonly source: string;
  /** The sender's own id of this event: the same event sent twice has the same id. */
  readonly eventId: string;
  /** Names the alert over its life: firing and resolved share it. */
  readonly fingerprint: AlertFingerprint;
  /** What the sender groups by; alerts that share it belong to one incident. */
  readonly groupKey: string;
  /** The sender's id of its incident, when it has one (PagerDuty), to write back to. */
  readonly externalId: string | null;
  readonly status: AlertStatus;
  readonly severity: Severity;
  readonly title: Text;
  readonly service: Text | null;
  /** When the condition began, as far as the sender knows. */
  readonly startedAtMs: EpochMs;
  /** When this event happened; the order of events is by this, never by arrival. */
  readonly occurredAtMs: EpochMs;
  readonly url: Text | null;
  /** The person behind an acknowledgement or resolution, when one is named. */
  readonly by: Text | null;
  /** The sender's labels (Alertmanager): what alerted and where; an alert storm is read from them. */
  readonly labels?: Attributes<Text>;
}
