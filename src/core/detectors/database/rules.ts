import type { CauseKind } from "../../analysis.ts";
import { own, ownWords, type Safe, safe } from "../../safe.ts";
import { duration } from "../../time.ts";
import type { Measure } from "./measures.ts";

/** From which level on a number of a database server hurts its users, and what that means. */
export interface Rule {
  readonly measure: Measure;
  readonly kind: CauseKind;
  /** Findings with the same detail at one server are one finding; the words of the logs' own causes, where there are such. */
  readonly detail: string;
  readonly side: "above" | "below";
  readonly level: number;
  /** True where a server that lived with it all through the baseline may well go on living with it. */
  readonly mayBeUsual: boolean;
  readonly says: (server: Safe, value: number) => Safe;
  readonly check: (server: Safe) => Safe;
}

const rule = (
  measure: Measure,
  what: readonly [CauseKind, string],
  rest: Omit<Rule, "measure" | "kind" | "detail">,
): Rule => ({
  measure,
  kind: what[0],
  detail: what[1],
  ...rest,
});

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** Most exact first: of two that say the same the first names it. */
export const RULES: readonly Rule[] = [
  rule("connection-use", ["resource-exhaustion", "connection-pool"], {
    side: "above",
    // PostgreSQL keeps three of its usual hundred connections for administrators: from here on it refuses all others.
    level: 0.97,
    mayBeUsual: false,
    says: (server, value) => safe`${server} has ${percent(value)} of its connections in use`,
    check: (server) => safe`List the sessions of ${server} by state and client, longest idle transaction first.`,
  }),
  rule("free-storage", ["resource-exhaustion", "disk"], {
    side: "below",
    // One round of write-ahead log between checkpoints is 1 GiB by default: with less there is no room for it.
    level: GIB,
    mayBeUsual: false,
    says: (server, value) => safe`${server} has ${bytes(value)} of storage left`,
    check: (server) =>
      safe`Look at what fills the storage of ${server}: tables, logs kept for replicas, temporary files.`,
  }),
  rule("storage-use", ["resource-exhaustion", "disk"], {
    side: "above",
    level: 0.97,
    mayBeUsual: false,
    says: (server, value) => safe`the storage of ${server} is ${percent(value)} full`,
    check: (server) =>
      safe`Look at what fills the storage of ${server}: tables, logs kept for replicas, temporary files.`,
  }),
  rule("transaction-ids", ["resource-exhaustion", "transaction-ids"], {
    side: "above",
    // PostgreSQL refuses all writes at 2^31 less three million.
    level: 2_000_000_000,
    mayBeUsual: false,
    says: (server, value) =>
      safe`${server} has used ${ownWords(own(String(Math.round(value / 1e6))))} million transaction ids of 2147`,
    check: (server) =>
      safe`Find what keeps ${server} from freezing old rows: long transactions, dead replication slots.`,
  }),
  rule("replica-lag", ["resource-exhaustion", "replication-lag"], {
    side: "above",
    // Nobody who wrote something a minute ago expects not to find it.
    level: 60,
    mayBeUsual: true,
    says: (server, value) => safe`${server} is ${duration(value * 1000)} behind its primary`,
    check: (server) =>
      safe`Compare what the primary of ${server} writes with what ${server} replays, and find the writer.`,
  }),
  rule("io-credits", ["disk", "io-credits"], {
    side: "below",
    // Without credits a volume falls back to its slow base rate.
    level: 0.01,
    mayBeUsual: true,
    says: (server, value) => safe`the volume of ${server} has ${percent(value)} of its burst credits left`,
    check: (server) => safe`Compare reads and writes a second of ${server} with the base rate of its volume.`,
  }),
  rule("deadlocks", ["resource-exhaustion", "lock-contention"], {
    side: "above",
    level: 1,
    mayBeUsual: true,
    says: (server, value) => safe`${server} ends ${ownWords(own(String(Math.round(value * 10) / 10)))} deadlocks`,
    check: (server) => safe`List who blocks whom in ${server}, the longest first.`,
  }),
  rule("cpu", ["resource-exhaustion", "cpu-saturation"], {
    side: "above",
    // At nine tenths work waits nine times as long as it takes: load / (1 − load).
    level: 0.9,
    mayBeUsual: true,
    says: (server, value) => safe`the processors of ${server} are ${percent(value)} busy`,
    check: (server) => safe`Read the plans of the statements that use most time in ${server}.`,
  }),
  rule("free-memory", ["memory", "memory-pressure"], {
    side: "below",
    // About ten sessions of PostgreSQL: the next that connect make it swap or be killed.
    level: 128 * MIB,
    mayBeUsual: true,
    says: (server, value) => safe`${server} has ${bytes(value)} of memory left`,
    check: (server) => safe`Compare buffers and memory per session of ${server} with what the machine has.`,
  }),
  rule("queue-depth", ["disk", "io-saturation"], {
    side: "above",
    // What one fast disk takes at once; what comes beyond it waits.
    level: 32,
    mayBeUsual: true,
    says: (server, value) =>
      safe`${ownWords(own(String(Math.round(value))))} reads and writes of ${server} wait for its disk`,
    check: (server) => safe`Look at reads, writes and waiting time of the disk of ${server}.`,
  }),
  rule("latency", ["disk", "io-saturation"], {
    side: "above",
    // A solid-state volume answers within single milliseconds; every statement pays this several times.
    level: 0.02,
    mayBeUsual: true,
    says: (server, value) =>
      safe`a read or write of ${server} takes ${ownWords(own(String(Math.round(value * 1000))))} ms`,
    check: (server) => safe`Look at reads, writes and waiting time of the disk of ${server}.`,
  }),
];

function percent(share: number): Safe {
  return safe`${Math.round(share * 100)} %`;
}

/** "3.2 GB", "85 MB". */
function bytes(value: number): Safe {
  const [scaled, unit] = value >= 1e9 ? [value / 1e9, "GB"] : [value / 1e6, "MB"];
  return ownWords(own(`${Math.round(scaled * 10) / 10} ${unit}`));
}
