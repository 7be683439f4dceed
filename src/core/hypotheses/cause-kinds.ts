import type { CauseKind } from "../analysis.ts";
import { own, ownWords, type Safe } from "../safe.ts";
import type { FailureCategory } from "../semantics/meaning.ts";

/** What kind of cause a failure of this category is, when the service that reports it is at fault itself. */
export interface KindOfCause {
  readonly kind: CauseKind;
  readonly detail: Safe;
  /** How much the text alone says about the cause: hundredths of a nat. Words of an own resource say much, a timeout says little. */
  readonly specificity: number;
}

const kindOf = (kind: CauseKind, detail: string, specificity: number): KindOfCause => ({
  kind,
  detail: ownWords(own(detail)),
  specificity,
});

const KINDS: Readonly<Record<FailureCategory, KindOfCause>> = {
  "dependency-unreachable": kindOf("dependency-failure", "unreachable", 40),
  timeout: kindOf("dependency-failure", "timeout", 30),
  "connection-refused": kindOf("dependency-failure", "connection-refused", 60),
  "upstream-error": kindOf("dependency-failure", "upstream-errors", 20),
  "name-resolution": kindOf("network", "name-resolution", 120),
  authentication: kindOf("dependency-failure", "authentication", 80),
  authorization: kindOf("dependency-failure", "authorization", 80),
  quota: kindOf("resource-exhaustion", "quota", 180),
  "rate-limit": kindOf("resource-exhaustion", "rate-limit", 120),
  memory: kindOf("memory", "out-of-memory", 200),
  disk: kindOf("resource-exhaustion", "disk", 200),
  "cpu-throttling": kindOf("cpu", "throttling", 160),
  "connection-pool": kindOf("resource-exhaustion", "connection-pool", 200),
  "read-only": kindOf("infrastructure", "read-only", 160),
  deadlock: kindOf("code-error", "deadlock", 140),
  data: kindOf("code-error", "data", 120),
  validation: kindOf("code-error", "validation", 60),
  configuration: kindOf("code-error", "configuration", 160),
  certificate: kindOf("certificate", "certificate", 200),
  "image-or-startup": kindOf("infrastructure", "start-up", 140),
  probe: kindOf("unknown", "probe", 30),
  "code-error": kindOf("code-error", "exception", 120),
  unknown: kindOf("unknown", "unknown", 0),
};

/** The cause kind behind a failure category. */
export function kindOfCategory(category: FailureCategory): KindOfCause {
  return KINDS[category];
}

const ABOUT_A_PEER: ReadonlySet<FailureCategory> = new Set([
  "dependency-unreachable",
  "timeout",
  "connection-refused",
  "upstream-error",
  "name-resolution",
  "certificate",
  "rate-limit",
  "read-only",
]);

const SAYS_LITTLE: ReadonlySet<FailureCategory> = new Set(["unknown", "probe"]);

/** True when a failure says that something failed, but neither how nor at whom. */
export function isVague(category: FailureCategory, blamesSomebody: boolean): boolean {
  return SAYS_LITTLE.has(category) || (isComplaint(category) && category !== "certificate" && !blamesSomebody);
}

/** True when a failure of this category complains about the peer it names rather than about the service that logs it. */
export function isComplaint(category: FailureCategory): boolean {
  return ABOUT_A_PEER.has(category);
}
