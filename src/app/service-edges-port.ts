import type { KeeperState } from "../core/graph/keeper-state.ts";
import type { EdgeChange, KnownEdge } from "../core/graph/known-edge.ts";
import type { EpochMs, TenantId } from "../core/ids.ts";

/** Who calls whom, kept while records arrive. Names are redacted before they come here. */
export interface ServiceEdges {
  /**
   * Adds what changed: counts are summed, times widened, the best witness stays. What only says that there are calls never
   * touches what was counted, and adding it twice changes nothing.
   */
  add(tenant: TenantId, changes: readonly EdgeChange[]): Promise<void>;
  /** Edges seen since then, the latest first, at most 5,000. */
  read(tenant: TenantId, sinceMs: EpochMs): Promise<readonly KnownEdge[]>;
  /** Removes what was not seen since, and the least used beyond 20,000 of a tenant; returns how many went. */
  prune(olderThan: EpochMs): Promise<number>;
}

/** How far the records of one writer are counted. */
export interface CountedTo {
  readonly sequence: number;
  readonly offset: number;
}

/** How the kept graph of a tenant stands. */
export interface GraphStanding {
  /** Raised by every step. */
  readonly revision: number;
  /** Process that made the last step; empty when that process stopped in good order. */
  readonly keeper: string;
  /** By writer. What stands behind them is not counted yet. */
  readonly positions: ReadonlyMap<string, CountedTo>;
  /** Whether a later step tells something without new records. */
  readonly isWaiting: boolean;
}

/** One step of keeping a tenant's graph: what came of the records between two places. */
export interface GraphStep extends Omit<GraphStanding, "revision"> {
  readonly tenant: TenantId;
  /** Revision that this step goes on from; null for the first. */
  readonly from: number | null;
  readonly changes: readonly EdgeChange[];
  /** What the keeper remembers at the new place. */
  readonly state: KeeperState;
}

/** Counts, positions and memory of the kept graph, moved together: so each record counts once, whoever keeps it. */
export interface GraphProgress {
  /** Null when nobody kept this tenant's graph yet. */
  look(tenant: TenantId): Promise<GraphStanding | null>;
  /** What was remembered at this revision; null when it has moved on. Throws `RangeError` for what cannot be read. */
  recall(tenant: TenantId, revision: number): Promise<KeeperState | null>;
  /** One transaction; "moved" when somebody else made a step since, and then nothing is stored. `bytes` is what it took. */
  keep(step: GraphStep): Promise<{ readonly kind: "kept"; readonly bytes: number } | { readonly kind: "moved" }>;
  /** Says that this process keeps nothing any more, so that others need not wait to see whether it goes on. */
  release(keeper: string): Promise<void>;
}
