import { admitDelivery, receiveDelivery } from "../app/receive-delivery.ts";
import { SELF_WATCH_TENANT } from "../core/ids.ts";
import { createHttpServer } from "../http/server.ts";
import { ingestRoutes, ingestTokens } from "../ingest/routes.ts";
import type { HttpRoute } from "../platform/http-route.ts";
import { dataDirOf } from "./database.ts";
import { checkFolderRoom, diskUse } from "./disk-room.ts";
import { tellDoors } from "./doors.ts";
import { localUrl } from "./local-url.ts";
import { measuredAdmission, measuredHook, measuredIngest } from "./measured.ts";
import { metricsRoute } from "./metrics.ts";
import type { EventIntake } from "./segments.ts";
import { SELF_WATCH, selfWatchSource, startSelfWatch } from "./self-watch.ts";
import { tracedHook } from "./traced.ts";
import type { Wiring } from "./wiring.ts";

export interface RunningServer {
  stop(): Promise<void>;
}

const DRAIN_MS = 5_000;

/** The web server with everything that this install hands to it, listening. */
export async function startWeb(wiring: Wiring, intake: EventIntake, port: number): Promise<RunningServer> {
  const { config, logger, clock, metrics, tracing, receive, secrets, store } = wiring;
  const own = selfWatchSource(secrets.derive(SELF_WATCH));
  const ownReceive = { ...receive, tenant: SELF_WATCH_TENANT, sources: new Map([[SELF_WATCH, own]]) };
  const receiverOf = (source: string) => (source === SELF_WATCH ? ownReceive : receive);
  const server = createHttpServer({
    routes: routesOf(wiring, intake),
    hooks: {
      clock,
      admit: (source, headers) =>
        measuredAdmission(metrics, source, () => admitDelivery(receiverOf(source), source, headers)),
      receive: (source, delivery) =>
        tracedHook(tracing, { source, delivery, keyOf: wiring.deliveryKey }, () =>
          measuredHook(metrics, { source, delivery }, () => receiveDelivery(receiverOf(source), source, delivery)),
        ),
    },
    isReady: () => Promise.all([store.checkWritable(), store.checkSchema()]).then(() => true),
    logger,
  });
  await server.listen(port, config.core.HOST);
  logger.info({ port, host: config.core.HOST }, "web server listens");
  tellDoors(config, wiring.surfaceDeps.publicUrl, logger);
  const stopWatch = watchSelf(wiring, port);
  return {
    async stop() {
      await stopWatch();
      await server.close(DRAIN_MS, config.core.STOP_NOTICE_SECONDS * 1_000);
    },
  };
}

/** On as soon as somebody outside waits for the heartbeat. */
function watchSelf({ config, secrets, store, clock, logger, metrics }: Wiring, port: number): () => Promise<void> {
  const { HEARTBEAT_URL: heartbeatUrl, HOST: host, SELF_WATCH_SECONDS: seconds } = config.core;
  if (heartbeatUrl === undefined) return () => Promise.resolve();
  return startSelfWatch({
    url: localUrl(host, port),
    secret: secrets.derive(SELF_WATCH),
    everyMs: seconds * 1_000,
    heartbeatUrl,
    checkRoom: async () => void (await Promise.all([store.checkRoom(), checkFolderRoom(dataDirOf(config))])),
    store,
    clock,
    logger,
    metrics,
  });
}

function routesOf(
  { surfaces, surfaceDeps, config, store, redactor, metrics, clock, logger }: Wiring,
  { segments, catalogOf }: EventIntake,
): readonly HttpRoute[] {
  return [
    ...[...surfaces.values()].flatMap((surface) => surface.routes ?? []),
    ...measuredIngest(
      ingestRoutes({
        senders: { tokens: ingestTokens(config.env), publicUrl: surfaceDeps.publicUrl },
        pushed: store.pushedEvents,
        segments,
        catalogOf,
        redactor,
        clock,
        logger,
      }),
      metrics,
    ),
    metricsRoute(
      { metrics, totals: store.metricTotals, logger, diskUse: () => diskUse(dataDirOf(config)) },
      { token: config.core.METRICS_TOKEN, publicUrl: surfaceDeps.publicUrl },
    ),
  ];
}
