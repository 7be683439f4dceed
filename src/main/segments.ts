import { randomBytes, randomInt } from "node:crypto";
import { hostname } from "node:os";
import { setInterval as everySo } from "node:timers/promises";
import type { Logger } from "../app/ports.ts";
import type { RecordCatalog } from "../core/columns/record-batch.ts";
import type { TenantId } from "../core/ids.ts";
import { createByteMiner } from "../core/log-templates/byte-miner.ts";
import { createCatalogs } from "../ingest/catalogs.ts";
import { decodeRecord } from "../ingest/decode-record.ts";
import { systemClock } from "../platform/clock.ts";
import { FileSegments } from "../segments/event-segments.ts";
import { segmentSettings } from "../segments/settings.ts";
import { startCounting } from "../segments/start-counting.ts";
import type { Config } from "./config.ts";
import { dataDirOf } from "./database.ts";
import { startGraphKeeping } from "./graph-keeping.ts";
import type { Wiring } from "./wiring.ts";

const HOUR_MS = 60 * 60_000;
const PRUNE_EVERY_MS = 60_000;

/** The raw events of this install. A process without a `writer` name only reads them. */
export function openSegments(
  config: Config,
  { writer, logger }: { readonly writer: string | null; readonly logger: Logger },
): Promise<FileSegments> {
  return FileSegments.open({
    ...segmentSettings(config.env),
    dataDir: dataDirOf(config),
    writer,
    decode: decodeRecord,
    keepMs: config.core.EVENT_RETENTION_HOURS * HOUR_MS,
    // The times of files are this machine's, so what is compared with them has to be, too.
    clock: systemClock,
    logger,
  });
}

/** Where this process puts what applications send, and how what is stored gets counted. */
export interface EventIntake {
  readonly segments: FileSegments;
  readonly catalogOf: (tenant: TenantId) => RecordCatalog;
  stop(): Promise<void>;
}

/** Opens the files that this process alone writes to, and follows them with counts and the service graph. */
export async function startIntake(wiring: Wiring): Promise<EventIntake> {
  const { config, clock, logger, redactor, store } = wiring;
  const segments = await openSegments(config, { writer: writerName(), logger });
  const stopCounting = startCounting(segments, {
    sink: store.logCounts,
    redact: (text) => redactor.text(text),
    logger,
  });
  const stopGraph = startGraphKeeping(wiring, segments);
  const stopPruning = startPruning(segments, wiring);
  return {
    segments,
    catalogOf: createCatalogs({
      newMiner: () => createByteMiner(),
      nowMs: () => clock.nowMs(),
      newSeed: () => randomInt(2 ** 32),
    }),
    stop: async () => {
      await stopPruning();
      await stopGraph();
      await stopCounting();
      await segments.close();
    },
  };
}

/** No two starts share it, wherever they run: a writer may cut what it takes for its own torn tail. */
function writerName(): string {
  const host = hostname()
    .replaceAll(/[^\w-]/gu, "-")
    .slice(0, 60);
  return `${host}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

/** Keeps the files within their age and size, in the process that makes them grow, whatever the database does. */
function startPruning(segments: FileSegments, { clock, logger }: Wiring): () => Promise<void> {
  const controller = new AbortController();
  const prune = async () => {
    for await (const _ of everySo(PRUNE_EVERY_MS, undefined, { signal: controller.signal, ref: false })) {
      try {
        const bytes = await segments.prune(clock.nowMs());
        if (bytes > 0) logger.info({ bytes }, "stored events past their time or beyond their size were removed");
      } catch (error) {
        logger.error({ err: error }, "stored events could not be removed; the next minute tries again");
      }
    }
  };
  // Only the end of the waiting rejects here.
  const running = prune().catch(() => undefined);
  return async () => {
    controller.abort();
    await running;
  };
}
