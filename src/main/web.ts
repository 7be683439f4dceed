import { receiveDelivery } from "../app/receive-delivery.ts";
import { createHttpServer } from "../http/server.ts";
import { ingestRoutes, ingestTokens } from "../ingest/routes.ts";
import type { HttpRoute } from "../platform/http-route.ts";
import type { EventIntake } from "./segments.ts";
import type { Wiring } from "./wiring.ts";

export interface RunningServer {
  stop(): Promise<void>;
}

const DRAIN_MS = 5_000;

/** The web server with everything that this install hands to it, listening. */
export async function startWeb(wiring: Wiring, intake: EventIntake, port: number): Promise<RunningServer> {
  const { config, logger, clock, alertSources, receive, store } = wiring;
  const server = createHttpServer({
    routes: routesOf(wiring, intake),
    hooks: {
      clock,
      maxBodyBytes: (source) => alertSources.get(source)?.maxBodyBytes ?? null,
      receive: (source, delivery) => receiveDelivery(receive, source, delivery),
    },
    isReady: () => store.checkWritable().then(() => true),
    logger,
  });
  await server.listen(port, config.core.HOST);
  logger.info({ port, host: config.core.HOST }, "web server listens");
  return { stop: () => server.close(DRAIN_MS) };
}

function routesOf(
  { surfaces, config, store, redactor, clock, logger }: Wiring,
  { segments, catalogOf }: EventIntake,
): readonly HttpRoute[] {
  return [
    ...[...surfaces.values()].flatMap((surface) => surface.routes ?? []),
    ...ingestRoutes({
      tokens: ingestTokens(config.env),
      pushed: store.pushedEvents,
      segments,
      catalogOf,
      redactor,
      clock,
      logger,
    }),
  ];
}
