import type { EventId } from "../../ids.ts";
import type { Safe } from "../../safe.ts";
import { at, numberAt, textAt } from "../cluster/read.ts";
import type { ClusterState } from "../cluster/state.ts";

/** What came of opening connections to a Service: null for what nobody tried. */
export interface Reached {
  /** True when some tries worked, false when all failed, null when nobody tried. */
  readonly isReachable: boolean | null;
  /** The tries that failed. */
  readonly failedIds: readonly EventId[];
  readonly okIds: readonly EventId[];
  /** Nodes from which it failed, and from which it worked. */
  readonly failedFrom: readonly Safe[];
  readonly okFrom: readonly Safe[];
}

/** Sums up the connection tries to one port of a Service; to any of its ports when none is given. */
export function reached(
  state: ClusterState,
  service: { readonly name: Safe; readonly namespace: Safe | null },
  port?: number,
): Reached {
  const tries = state.ofKind("ConnectivityCheck").filter(({ manifest, namespace }) => {
    if (textAt(manifest, "spec", "serviceName") !== service.name) return false;
    if (namespace !== null && service.namespace !== null && namespace !== service.namespace) return false;
    return port === undefined || numberAt(manifest, "spec", "port") === port;
  });
  const ok = tries.filter(({ manifest }) => at(manifest, "status", "reachable") === true);
  const failed = tries.filter(({ manifest }) => at(manifest, "status", "reachable") === false);
  const from = (list: typeof tries) => list.flatMap(({ manifest }) => textAt(manifest, "spec", "from") ?? []);
  return {
    isReachable: ok.length + failed.length === 0 ? null : ok.length > 0,
    failedIds: failed.map(({ id }) => id),
    okIds: ok.map(({ id }) => id),
    failedFrom: from(failed),
    okFrom: from(ok),
  };
}
