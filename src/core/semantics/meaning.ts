import type { Safe } from "../safe.ts";

export type FailureCategory =
  | "dependency-unreachable"
  | "timeout"
  | "connection-refused"
  | "name-resolution"
  | "authentication"
  | "authorization"
  | "quota"
  | "memory"
  | "disk"
  | "cpu-throttling"
  | "connection-pool"
  | "read-only"
  | "deadlock"
  | "data"
  | "validation"
  | "configuration"
  | "certificate"
  | "rate-limit"
  | "image-or-startup"
  | "probe"
  | "upstream-error"
  | "code-error"
  | "unknown";

/** What a record means to a person on call. Unknown stays unknown. */
export interface Meaning {
  readonly category: FailureCategory;
  /** What the code tried: read, write, call, start, connect. Null when it does not say. */
  readonly intent: "read" | "write" | "call" | "start" | "connect" | null;
  readonly impact: "user-facing" | "degraded" | "internal" | "none";
  /** True when the record reports a failure; words like "0 errors" or "retry succeeded" do not. */
  readonly isFailure: boolean;
  /** Peer host, service or setting that the text names, for example the host that refused. */
  readonly peer: Safe | null;
  readonly setting: Safe | null;
  /** Read-only checks first; shown, never run. */
  readonly suggestedActions: readonly Safe[];
  /** Which rule said so. */
  readonly because: Safe;
}
