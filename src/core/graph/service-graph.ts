import type { GraphEdge } from "../analysis.ts";
import type { Safe } from "../safe.ts";

/** Who calls whom. Edges carry how many records show the call and where that is known from. */
export interface ServiceGraph {
  readonly edges: readonly GraphEdge[];
  calleesOf(service: Safe): readonly Safe[];
  callersOf(service: Safe): readonly Safe[];
  /** Number of calls from `caller` down to `callee`; null when there is no path. */
  distance(caller: Safe, callee: Safe): number | null;
}
