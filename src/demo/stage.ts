import type { EpochMs } from "../core/ids.ts";
import type { Cast, LineSeverity, Pod } from "./cast.ts";
import type { Random } from "./random.ts";

/** One line of one service, at true time; host clocks and formats are applied when it is printed. */
export interface StagedLine {
  readonly atMs: number;
  readonly service: string;
  readonly pod: Pod;
  readonly severity: LineSeverity;
  readonly body: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly requestId?: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** Lines of a stack trace, without the message. */
  readonly stack?: readonly string[];
  readonly exception?: { readonly type: string; readonly message: string };
}

export interface StagedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: "server" | "client";
  readonly service: string;
  readonly host: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly statusCode: number;
  readonly peer: string | null;
}

export interface MetricPoint {
  readonly atMs: number;
  readonly service: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** Which pod, and which call, when the series is finer than its service. */
  readonly pod?: string;
  readonly client?: string;
  readonly server?: string;
}

/** One object of the cluster as `kubectl get -o json` prints it. */
export interface ClusterManifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly spec?: object;
  readonly status?: object;
  readonly subsets?: readonly object[];
}

/** One event of the cluster, before it gets kubectl's form. */
export interface KubernetesItem {
  readonly atMs: number;
  readonly kind: "Pod" | "Deployment" | "ReplicaSet" | "Node" | "Certificate" | "ConfigMap";
  readonly name: string;
  readonly reason: string;
  readonly type: "Normal" | "Warning";
  readonly message: string;
  readonly count?: number;
  /** Of the last repeat; the same as `atMs` when absent. */
  readonly lastMs?: number;
  readonly component?: string;
}

export interface Rollout {
  readonly atMs: number;
  /** The random parts of the pods' names, after and before. */
  readonly replicaSet: string;
  readonly previousReplicaSet: string;
}

/** Everything a story has put down so far. The variants fill it, `printStage` turns it into files. */
export interface Stage {
  readonly cast: Cast;
  readonly random: Random;
  /** When the first alert fires. */
  readonly alertAt: EpochMs;
  /** Records exist from here … */
  readonly fromMs: number;
  /** … to here. */
  readonly toMs: number;
  /** How far a host's clock is ahead, in ms. */
  readonly clockErrorMs: ReadonlyMap<string, number>;
  /** Services whose pods were replaced during the story. */
  readonly rollouts: Map<string, Rollout>;
  readonly lines: StagedLine[];
  readonly spans: StagedSpan[];
  readonly changes: object[];
  readonly metrics: MetricPoint[];
  readonly kubernetes: KubernetesItem[];
  /** What the cluster looks like at the end. */
  readonly objects: ClusterManifest[];
  readonly topology: (readonly [string, string])[];
}

/** A pod of the service, or the pod of this index. */
export function podOf(stage: Stage, service: string, index = 0): Pod {
  const pod = stage.cast.services.find((each) => each.name === service)?.pods[index];
  if (!pod) throw new TypeError(`no pod ${index} of ${service} in this story`);
  return pod;
}
