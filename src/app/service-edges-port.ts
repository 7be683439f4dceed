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
