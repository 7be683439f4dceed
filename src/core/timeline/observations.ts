import type {
  AlertEvent,
  ChangeEvent,
  Event,
  KubernetesEvent,
  KubernetesObjectEvent,
  LogEvent,
  MetricEvent,
  PersonEvent,
  SpanEvent,
} from "../event.ts";
import type { TimeWindow } from "../evidence.ts";
import type { ServiceGraph } from "../graph/service-graph.ts";
import type { EpochMs, EventId } from "../ids.ts";
import type { Safe } from "../safe.ts";
import type { Meaning } from "../semantics/meaning.ts";

/** Everything the records show, before anybody asks why. Clocks are corrected, repeats are counted, order is by time. */
export interface Observations {
  readonly window: TimeWindow;
  readonly baseline: TimeWindow;
  /** True when the baseline holds records at all; without it nothing is "new". */
  readonly hasBaseline: boolean;
  /** Inside window and baseline, corrected time, sorted by (time, id). */
  readonly logs: readonly Observed<LogEvent>[];
  readonly spans: readonly Observed<SpanEvent>[];
  readonly metrics: readonly Observed<MetricEvent>[];
  readonly changes: readonly Observed<ChangeEvent>[];
  readonly alerts: readonly Observed<AlertEvent>[];
  readonly kubernetes: readonly Observed<KubernetesEvent>[];
  /** The newest state of every object that was read. */
  readonly objects: readonly Observed<KubernetesObjectEvent>[];
  readonly people: readonly Observed<PersonEvent>[];
  /** Failing log templates and failing span operations per service, with their course. */
  readonly symptoms: readonly Symptom[];
  /** When users or callers first suffered; null when nothing is wrong. */
  readonly onset: Onset | null;
  readonly graph: ServiceGraph;
  readonly skew: readonly SkewCorrection[];
  /** Every service that any record names. */
  readonly services: readonly Safe[];
  readonly byId: ReadonlyMap<EventId, Event>;
}

export interface Observed<Kind extends Event> {
  readonly event: Kind;
  /** Corrected time. */
  readonly atMs: EpochMs;
  /** What was added to the record's own time. */
  readonly correctedMs: number;
}

/** One kind of trouble at one service: a template, its counts and its course. */
export interface Symptom {
  readonly id: string;
  readonly service: Safe;
  readonly template: Safe;
  readonly meaning: Meaning;
  readonly course: "novel" | "burst" | "steady" | "vanished";
  readonly firstAtMs: EpochMs;
  readonly lastAtMs: EpochMs;
  /** Records in the incident window. */
  readonly count: number;
  readonly baselineCount: number;
  /** Evidence that this is not chance, in nats, capped at 12; 0 for steady. */
  readonly surprise: number;
  /** Counts per 10 s from window.fromMs on. */
  readonly buckets: readonly number[];
  /** First, loudest and last records, at most 5. */
  readonly sampleIds: readonly EventId[];
  /** Distinct trace or request ids, when records carry them; else 0. */
  readonly traces: number;
  /** True when it stopped well before the window ends (no record in the last 2 minutes although logs go on). */
  readonly ended: boolean;
}

export interface Onset {
  readonly service: Safe;
  readonly atMs: EpochMs;
  readonly eventId: EventId;
  readonly symptomId: string;
}

export interface SkewCorrection {
  readonly host: Safe;
  /** Added to the host's own times. */
  readonly correctionMs: number;
  readonly because: Safe;
  readonly pairs: number;
}
