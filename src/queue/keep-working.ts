import { startLoop } from "./loop.ts";
import type { WakeWorker } from "./wake-queue.ts";
import { within } from "./within.ts";

const START_DEADLINE_MS = 15_000;
const RESTART_AFTER_MS = 1_000;
const CLOSE_DEADLINE_MS = 3_000;

/** What is used of a BullMQ worker. */
export interface Runnable {
  waitUntilReady(): Promise<unknown>;
  /** Resolves when the worker is closed. */
  run(): Promise<void>;
  /** Resolves when its running jobs are over. */
  close(): Promise<void>;
  /** Cuts the connections of a worker whose `close` does not end because its queue is away. */
  abandon(): void;
}

/** Keeps one worker running: one that could not begin, because its queue was away, is replaced by a new one. */
export function keepWorking(makeWorker: () => Runnable, complain: (error: unknown) => void): WakeWorker {
  const state: { stopping: boolean; worker: Runnable | null } = { stopping: false, worker: null };
  const loop = startLoop(async () => {
    const worker = makeWorker();
    state.worker = worker;
    try {
      await within(START_DEADLINE_MS, worker.waitUntilReady());
      await worker.run();
    } catch (error) {
      complain(error);
    }
    if (!state.stopping) await within(CLOSE_DEADLINE_MS, worker.close()).catch(() => worker.abandon());
    return RESTART_AFTER_MS;
  });
  return {
    async stop() {
      state.stopping = true;
      const ended = loop.stop();
      await state.worker?.close();
      await ended;
    },
    abandon: () => state.worker?.abandon(),
  };
}
