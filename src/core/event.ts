import type { StatedKind } from "./corrections/correction.ts";
import type { EpochMs, EpochNs, EventId, HypothesisId } from "./ids.ts";
import type { Safe } from "./safe.ts";

/**
 * One thing that happened, in one format for every layer. Field names follow OpenTelemetry's data model.
 * `Text` is `string` as a source reads it and `Safe` once redaction has passed.
 */
export type Event<Text extends string = Safe> =
  | LogEvent<Text>
  | SpanEvent<Text>
  | MetricEvent<Text>
  | ChangeEvent<Text>
  | AlertEvent<Text>
  | KubernetesEvent<Text>
  | KubernetesObjectEvent<Text>
  | PersonEvent<Text>;

export type Attributes<Text extends string = Safe> = Readonly<Record<string, Text | number | boolean>>;
export type LogSeverity = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "unspecified";

interface EventBase<Text extends string> {
  readonly id: EventId;
  /** When it happened by its own clock, UTC. */
  readonly atNs: EpochNs;
  /** When the collector received it, by the collector's clock; null when unknown. Differences show a skewed clock. */
  readonly observedNs: EpochNs | null;
  /** `service.name`. */
  readonly service: Text | null;
  /** `host.name`, or the pod: the place whose clock stamped it. */
  readonly host: Text | null;
  /** Key of the evidence source. */
  readonly source: string;
  /** Where the record stands in its source: "logs/api.jsonl#L12", a log pointer, a link. */
  readonly ref: Text;
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly requestId: Text | null;
}

export interface ExceptionInfo<Text extends string = Safe> {
  readonly type: Text;
  readonly message: Text;
  /** "file:line function", innermost first, at most 20. */
  readonly frames: readonly Text[];
}

export interface LogEvent<Text extends string = Safe> extends EventBase<Text> {
  readonly kind: "log";
  readonly severity: LogSeverity;
  /** The message, at most 4,000 characters. */
  readonly body: Text;
  readonly attributes: Attributes<Text>;
  readonly exception: ExceptionInfo<Text> | null;
  /** Lines that this one stands for: they say the same, and were counted instead of kept. */
  readonly repeats?: LogRepeats;
}

/**
 * Lines of the same service, host, severity and template that followed a kept line and were only counted, per second.
 * The kept line itself is not among them. Both lists are equally long; seconds ascend.
 */
export interface LogRepeats {
  /** Seconds since 1970, UTC, by the lines' own clock. */
  readonly seconds: readonly number[];
  readonly counts: readonly number[];
  /**
   * Set when there were too many to count them by the second: a line may have been written up to so many seconds before
   * the second that it is counted in, and never after it.
   */
  readonly withinSeconds?: number | undefined;
}

export interface SpanEvent<Text extends string = Safe> extends EventBase<Text> {
  readonly kind: "span";
  readonly name: Text;
  readonly spanKind: "internal" | "server" | "client" | "producer" | "consumer" | "unspecified";
  readonly parentSpanId: string | null;
  readonly durationNs: bigint;
  readonly status: "unset" | "ok" | "error";
  readonly attributes: Attributes<Text>;
}

export interface MetricEvent<Text extends string = Safe> extends EventBase<Text> {
  readonly kind: "metric";
  readonly name: Text;
  /** UCUM, as in OpenTelemetry: "ms", "By", "%", "1". Empty when unknown. */
  readonly unit: Text;
  readonly value: number;
  readonly attributes: Attributes<Text>;
}

export type ChangeKind =
  | "deploy"
  | "rollout"
  | "config"
  | "flag"
  | "scaling"
  | "migration"
  | "certificate"
  | "infrastructure"
  | "merge";

export interface ChangeEvent<Text extends string = Safe> extends EventBase<Text> {
  readonly kind: "change";
  readonly change: Change<Text>;
}

/** What somebody changed. Only `deployed` changes can be causes; a merge without a deployment is context. */
export interface Change<Text extends string = Safe> {
  readonly kind: ChangeKind;
  readonly status: "deployed" | "merged" | "failed" | "rolled-back";
  /** Version, commit or flag name. */
  readonly version: Text;
  /** What ran before, when known. */
  readonly previousVersion: Text | null;
  readonly environment: Text | null;
  readonly by: Text | null;
  readonly url: Text | null;
  readonly summary: Text;
  readonly files: readonly ChangedFile<Text>[];
  readonly pullRequest: { readonly number: number; readonly title: Text; readonly url: Text | null } | null;
  /** Which pods run what, for a change that reaches them step by step. */
  readonly rollout?: RolloutStep<Text>;
}

/** One step of a gradual rollout: the pods that carry the new version from now on, and how many of each there are. */
export interface RolloutStep<Text extends string = Safe> {
  /** Pods that this step started on the new version. */
  readonly newPods: readonly Text[];
  /** Pods that this step took away. */
  readonly removedPods: readonly Text[];
  /** Pods on the old and on the new version after the step. */
  readonly oldReplicas: number;
  readonly newReplicas: number;
  /** When the step was done; null while it is not. */
  readonly completedAtMs: EpochMs | null;
}

export interface ChangedFile<Text extends string = Safe> {
  readonly path: Text;
  /** Lines added and removed with their leading + or -, at most 40; empty when the diff was not read. */
  readonly diff: readonly Text[];
}

export interface AlertEvent<Text extends string = Safe> extends EventBase<Text> {
  readonly kind: "alert";
  readonly title: Text;
  readonly status: "firing" | "acknowledged" | "resolved";
  readonly url: Text | null;
  /** Labels as the sender gave them: what alerted, where, in which direction. */
  readonly attributes?: Attributes<Text>;
}

export interface KubernetesEvent<Text extends string = Safe> extends EventBase<Text> {
  readonly kind: "kubernetes";
  /** "Pod/api-7d9f", "Node/worker-2". */
  readonly object: Text;
  readonly reason: Text;
  readonly type: "Normal" | "Warning";
  readonly note: Text;
  readonly count: number;
}

/** What `kubectl get -o json` says of one object: its declared spec and its reported status. */
export interface KubernetesObjectEvent<Text extends string = Safe> extends EventBase<Text> {
  readonly kind: "kubernetes-object";
  /** "Deployment/api", "Node/worker-2"; the namespace stands in the manifest. */
  readonly object: Text;
  /** As the Kubernetes API shapes it, without the values of secrets. */
  readonly manifest: Json<Text>;
}

/** JSON with all its strings of one kind. Names of fields are plain strings. */
export type Json<Text extends string = Safe> =
  | Text
  | number
  | boolean
  | null
  | readonly Json<Text>[]
  | { readonly [key: string]: Json<Text> };

export interface PersonEvent<Text extends string = Safe> extends EventBase<Text> {
  readonly kind: "person";
  readonly who: Text;
  readonly text: Text;
  /** Set when the person said what the cause is or is not. */
  readonly stated?: {
    readonly kind: StatedKind;
    readonly hypothesisId: HypothesisId | null;
    readonly isCause: boolean;
  };
}
