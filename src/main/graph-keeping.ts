import { setInterval as everySo } from "node:timers/promises";
import { createGraphKeeper } from "../core/graph/keeper.ts";
import type { EdgeChange } from "../core/graph/known-edge.ts";
import { DEFAULT_TENANT, epochMs } from "../core/ids.ts";
import { nsToMs } from "../core/time.ts";
import type { Wiring } from "./wiring.ts";

const ROUND_MS = 10_000;
/** Records of a round: whole requests are kept when there are more, so calls are sampled and not cut in half. */
const MAX_RECORDS = 2_000;
/** Senders batch, so the newest seconds are not complete yet. */
const SETTLED_MS = 5_000;
/** After a pause only this much is looked at again. */
const MAX_LOOK_BACK_MS = 60_000;
const MAX_PENDING = 20_000;

/** Follows stored spans and logs with the service graph, beside the answers to senders. Gives how to stop. */
export function startGraphKeeping({ segments, store, redactor, clock, logger }: Wiring): () => Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const keeper = createGraphKeeper();
  /** Changes that the database could not take yet. */
  let pending: readonly EdgeChange[] = [];
  const save = async (changes: readonly EdgeChange[]) => {
    pending = [...pending, ...changes].slice(-MAX_PENDING);
    if (pending.length > 0) await store.serviceEdges.add(DEFAULT_TENANT, pending);
    pending = [];
  };
  let doneMs = clock.nowMs() - SETTLED_MS;
  const round = async () => {
    const toMs = clock.nowMs() - SETTLED_MS;
    const fromMs = Math.max(doneMs, toMs - MAX_LOOK_BACK_MS);
    const range = { fromMs: epochMs(fromMs), toMs: epochMs(toMs - 1), limit: MAX_RECORDS };
    const { events } = await segments.read(DEFAULT_TENANT, range, signal);
    for (const raw of events) {
      const event = redactor.event(raw);
      keeper.addEvent(event, nsToMs(event.atNs));
    }
    doneMs = toMs;
    await save(keeper.drain());
  };
  const follow = async () => {
    for await (const _ of everySo(ROUND_MS, undefined, { signal, ref: false })) {
      try {
        await round();
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, "the service graph missed a round; the next one goes on");
      }
    }
  };
  // Only the end of the waiting rejects here.
  const running = follow().catch(() => undefined);
  return async () => {
    controller.abort();
    await running;
    await save(keeper.settle()).catch((error: unknown) => {
      logger.warn({ err: error }, "the last changes of the service graph could not be stored");
    });
  };
}
