import { randomUUID } from "node:crypto";
import { setInterval as everySo } from "node:timers/promises";
import type { TenantId } from "../core/ids.ts";
import type { FileSegments } from "../segments/event-segments.ts";
import { TenantGraph, type TenantGraphDeps } from "./tenant-graph.ts";
import type { Wiring } from "./wiring.ts";

const ROUND_MS = 10_000;
/** Steps of a round: one tenant that sends a lot must not keep the others waiting. */
const MAX_STEPS_PER_TENANT = 5;
const MAX_TENANTS_PER_ROUND = 200;
/** Tenants whose keepers stay in memory; the others' are read from the database when something comes. */
const MAX_IN_MEMORY = 4;

export interface GraphKeepingDeps extends Omit<TenantGraphDeps, "segments" | "keeper"> {
  readonly segments: Pick<FileSegments, "tenants" | "pending" | "visit">;
}

/** Keeps the service graphs of all tenants whose records lie here, as one of any number of processes. */
export class GraphKeeping {
  readonly #deps: GraphKeepingDeps & Pick<TenantGraphDeps, "keeper">;
  /** In the order of their last step. */
  readonly #graphs = new Map<TenantId, TenantGraph>();
  /** Where the next round begins. */
  #next = 0;

  constructor(deps: GraphKeepingDeps) {
    this.#deps = { ...deps, keeper: randomUUID() };
  }

  /** One bounded round: some steps of every tenant. What one tenant cannot do does not keep the others from it. */
  async round(signal: AbortSignal): Promise<void> {
    const tenants = await this.#deps.segments.tenants();
    for (const tenant of this.#graphs.keys()) if (!tenants.includes(tenant)) this.#graphs.delete(tenant);
    const turns = Math.min(tenants.length, MAX_TENANTS_PER_ROUND);
    for (let turn = 0; turn < turns; turn++) {
      signal.throwIfAborted();
      const tenant = tenants[(this.#next + turn) % tenants.length];
      if (tenant !== undefined) await this.#keep(tenant, signal);
    }
    this.#next += turns;
  }

  /** Lets other processes go on at once. */
  async stop(): Promise<void> {
    await this.#deps.progress.release(this.#deps.keeper);
  }

  async #keep(tenant: TenantId, signal: AbortSignal): Promise<void> {
    const graph = this.#graphs.get(tenant) ?? new TenantGraph(this.#deps, tenant);
    this.#graphs.delete(tenant);
    this.#graphs.set(tenant, graph);
    try {
      for (let step = 0; step < MAX_STEPS_PER_TENANT; step++) if ((await graph.step(signal)) === "done") break;
    } catch (error) {
      if (signal.aborted) throw error;
      this.#deps.logger.warn({ err: error, tenant }, "the service graph missed a round; the next one goes on");
    }
    this.#makeRoom();
  }

  #makeRoom(): void {
    const inMemory = [...this.#graphs.values()].filter((graph) => graph.hasMemory);
    for (const graph of inMemory.slice(0, Math.max(0, inMemory.length - MAX_IN_MEMORY))) graph.forget();
  }
}

/** Follows stored spans and logs with the service graph, beside the answers to senders. Gives how to stop. */
export function startGraphKeeping(
  { store, redactor, clock, logger }: Wiring,
  segments: FileSegments,
): () => Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const keeping = new GraphKeeping({ segments, progress: store.graphProgress, redactor, clock, logger });
  const follow = async () => {
    for await (const _ of everySo(ROUND_MS, undefined, { signal, ref: false })) {
      try {
        await keeping.round(signal);
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, "the service graphs missed a round; the next one goes on");
      }
    }
  };
  // Only the end of the waiting rejects here.
  const running = follow().catch(() => undefined);
  return async () => {
    controller.abort();
    await running;
    await keeping.stop().catch((error: unknown) => {
      logger.warn({ err: error }, "other processes could not be told that this one stops keeping the service graph");
    });
  };
}
