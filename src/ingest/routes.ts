import { z } from "zod";
import type { Clock, PushedEvents } from "../app/ports.ts";
import type { Redactor } from "../app/redactor.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import type { HttpRequest, HttpResponse, HttpRoute } from "../platform/http-route.ts";
import type { IngestRoute } from "./define.ts";
import { inflate, MAX_INFLATED_BYTES } from "./inflate.ts";
import { maySend } from "./may-send.ts";
import { ingestFormats } from "./registry.ts";

/** Settings of the addresses that applications push to. */
export const ingestEnv = {
  INGEST_TOKENS: z
    .string()
    .optional()
    .describe(
      "Bearer tokens, separated by commas, that may push events and announce deploys. Not set: only this machine may.",
    ),
} as const;

/** The tokens of INGEST_TOKENS; none when it is not set. */
export function ingestTokens(env: unknown): readonly string[] {
  const { INGEST_TOKENS = "" } = z.object(ingestEnv).parse(env);
  return INGEST_TOKENS.split(",")
    .map((token) => token.trim())
    .filter((token) => token !== "");
}

export interface IngestDeps {
  readonly pushed: PushedEvents;
  readonly redactor: Redactor;
  readonly tokens: readonly string[];
  readonly clock: Clock;
}

/** The addresses that applications push to: /v1/logs, /v1/traces, /v1/metrics, /v1/events, /v1/deploys. Redacted before storing. */
export function ingestRoutes(deps: IngestDeps): readonly HttpRoute[] {
  return Object.values(ingestFormats)
    .flat()
    .map((route) => ({
      kind: "plain",
      method: "POST",
      path: route.path,
      maxBodyBytes: MAX_INFLATED_BYTES,
      handle: (request) => receive(deps, route, request),
    }));
}

async function receive(deps: IngestDeps, route: IngestRoute, request: HttpRequest): Promise<HttpResponse> {
  if (!maySend(request, deps.tokens)) return failure(401, 16, "Send one of INGEST_TOKENS as a bearer token.");
  const mediaType = (request.headers["content-type"] ?? route.mediaTypes[0] ?? "").split(";")[0]?.trim().toLowerCase();
  if (!route.mediaTypes.includes(mediaType ?? "")) return failure(415, 3, wrongType(route));
  const body = await inflate(request.body);
  if (body.status === "too-large")
    return failure(413, 3, "The body is too large, packed or unpacked: send less at once.");
  if (body.status === "broken") return failure(400, 3, "The body says it is gzip but cannot be unpacked.");
  const reading = route.read(body.text, deps.clock.nowMs());
  if (reading.status === "invalid") return failure(400, 3, `Nothing was stored: ${reading.because}.`);
  try {
    const events = reading.events.map((event) => deps.redactor.event(event));
    if (events.length > 0) await deps.pushed.append(DEFAULT_TENANT, events);
  } catch {
    // Senders keep the batch and send it again after a 503; the records have the same names then.
    return {
      ...failure(503, 14, "The events could not be stored now."),
      headers: { ...JSON_HEADERS, "retry-after": "5" },
    };
  }
  return json(200, route.answer(reading));
}

const JSON_HEADERS = { "content-type": "application/json" } as const;

const json = (status: number, body: object): HttpResponse => ({
  status,
  headers: JSON_HEADERS,
  body: JSON.stringify(body),
});

/** The form of google.rpc.Status, as OTLP asks for; the text is always our own. */
const failure = (status: number, code: number, message: string): HttpResponse => json(status, { code, message });

function wrongType(route: IngestRoute): string {
  const types = route.mediaTypes.join(", ");
  return `This address reads ${types}. For OpenTelemetry set OTEL_EXPORTER_OTLP_PROTOCOL=http/json.`;
}
