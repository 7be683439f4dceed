import { monitorEventLoopDelay } from "node:perf_hooks";
import { setInterval as everySo } from "node:timers/promises";
import type { Logger } from "../app/ports.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import { type SendingPolicy, senderOf } from "../ingest/may-send.ts";
import type { HttpResponse, HttpRoute } from "../platform/http-route.ts";
import type { Counters } from "../platform/metrics/counters.ts";
import { exposition, seriesOf } from "../platform/metrics/exposition.ts";
import type { MetricTotals, WorkStanding } from "../store/metric-totals.ts";
import type { DiskUse } from "./disk-room.ts";

const FLUSH_MS = 5_000;
const READ_WITHIN_MS = 3_000;

interface MetricsParts {
  readonly metrics: Counters;
  readonly totals: MetricTotals;
  readonly logger: Logger;
}

interface ShownParts extends MetricsParts {
  /** How full the disk of the data folder is; null when nobody can say. */
  readonly diskUse: () => Promise<DiskUse | null>;
}

/** Adds what this process counted to the totals every five seconds, and once more when it stops. */
export function startMetricsFlush({ metrics, totals, logger }: MetricsParts): () => Promise<void> {
  const controller = new AbortController();
  const flushing = async () => {
    for await (const _ of everySo(FLUSH_MS, undefined, { signal: controller.signal, ref: false })) {
      await flush(metrics, totals).catch((error: unknown) => {
        logger.debug({ err: error }, "metrics could not be added; they are added with the next ones");
      });
    }
  };
  // Only the end of the waiting rejects here.
  const running = flushing().catch(() => undefined);
  return async () => {
    controller.abort();
    await running;
    await flush(metrics, totals).catch(() => undefined);
  };
}

/** What could not be added waits for the next time; when only the confirmation got lost, it is counted twice. */
async function flush(metrics: Counters, totals: MetricTotals): Promise<void> {
  const { added, raised } = metrics.drain();
  try {
    await totals.raise(raised);
    await totals.add(added);
  } catch (error) {
    metrics.restore({ added, raised });
    throw error;
  }
}

/** The address for Prometheus: with a token for whoever shows it, without one for programs on this machine while it has no public address. */
export function metricsRoute(
  parts: ShownParts,
  { token, publicUrl }: { readonly token: string | undefined; readonly publicUrl: string },
): HttpRoute {
  const readers: SendingPolicy = { tokens: token === undefined ? [] : [{ tenant: DEFAULT_TENANT, token }], publicUrl };
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  return {
    kind: "plain",
    method: "GET",
    path: "/metrics",
    maxBodyBytes: 0,
    async handle(request) {
      if (senderOf(request, readers) === null) return refused(token !== undefined);
      const samples = new Map([
        ...(await stored(parts)),
        ...(await ofDisk(parts)),
        ...ofProcess(delay.percentile(99) / 1e9),
      ]);
      delay.reset();
      return {
        status: 200,
        headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
        body: exposition(samples),
      };
    },
  };
}

function refused(hasToken: boolean): HttpResponse {
  const body = hasToken
    ? "Show METRICS_TOKEN as a bearer token.\n"
    : "Without METRICS_TOKEN only programs on this machine may read metrics, and only while PUBLIC_URL is not set or local.\n";
  return { status: hasToken ? 401 : 403, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}

/** What every process knows together. A database that is away is itself the news, so the answer is still 200. */
async function stored({ metrics, totals, logger }: MetricsParts): Promise<ReadonlyMap<string, number>> {
  const read = async () => {
    await flush(metrics, totals);
    const [known, standing] = await Promise.all([totals.read(), totals.standing()]);
    return new Map([...known, ...standingSamples(standing), ["traceops_database_up", 1] as const]);
  };
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), READ_WITHIN_MS);
  const failed = (error: unknown) => {
    logger.debug({ err: error }, "metrics could not be read");
    return null;
  };
  const samples = await Promise.race([read().catch(failed), late]);
  clearTimeout(timer);
  return samples ?? new Map([["traceops_database_up", 0]]);
}

function standingSamples(standing: WorkStanding): readonly (readonly [string, number])[] {
  return [
    ["traceops_inbox_oldest_undone_seconds", Math.max(0, standing.oldest ?? 0)],
    ["traceops_outbox_lag_seconds", Math.max(0, standing.lag ?? 0)],
    ["traceops_outbox_undone", standing.undone],
    ["traceops_ambiguous_messages", standing.ambiguous],
    ["traceops_failed_messages", standing.failed],
    [seriesOf("traceops_quarantined_total", { what: "webhooks" }), standing.webhooks],
    [seriesOf("traceops_quarantined_total", { what: "jobs" }), standing.jobs],
  ];
}

async function ofDisk({ diskUse }: ShownParts): Promise<readonly (readonly [string, number])[]> {
  const use = await diskUse();
  return use === null ? [] : [["traceops_data_disk_used_ratio", use.used]];
}

function ofProcess(loopLagSeconds: number): readonly (readonly [string, number])[] {
  return [
    ["process_start_time_seconds", performance.timeOrigin / 1_000],
    ["process_resident_memory_bytes", process.memoryUsage.rss()],
    ["nodejs_eventloop_lag_seconds", Number.isNaN(loopLagSeconds) ? 0 : loopLagSeconds],
  ];
}
