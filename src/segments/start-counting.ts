import { setInterval as everySo } from "node:timers/promises";
import type { Logger } from "../app/ports.ts";
import type { CountsSink } from "../app/segment-ports.ts";
import type { Safe } from "../core/safe.ts";
import type { FileSegments } from "./event-segments.ts";

const ROUND_MS = 10_000;

/** Counts stored log lines into `sink` every ten seconds, beside the answers to senders. Gives how to stop. */
export function startCounting(
  segments: FileSegments,
  {
    sink,
    redact,
    logger,
  }: { readonly sink: CountsSink; readonly redact: (text: string) => Safe; readonly logger: Logger },
): () => Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const count = async () => {
    for await (const _ of everySo(ROUND_MS, undefined, { signal, ref: false })) {
      try {
        const { failures } = await segments.count(sink, redact, signal);
        const [first] = failures;
        if (first === undefined) continue;
        const { error, tenant, writer } = first;
        logger.warn(
          { err: error, tenant, writer, writers: failures.length },
          "stored log lines of some writers could not be counted; the next round tries again",
        );
      } catch (error) {
        if (!signal.aborted)
          logger.warn({ err: error }, "stored log lines could not be counted; the next round goes on");
      }
    }
  };
  // Only the end of the waiting rejects here.
  const running = count().catch(() => undefined);
  return async () => {
    controller.abort();
    await running;
  };
}
