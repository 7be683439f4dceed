import { z } from "zod";
import { DEFAULT_TENANT, tenantId } from "../core/ids.ts";
import type { HttpRoute } from "../platform/http-route.ts";
import { createBodyPool } from "./body-pool.ts";
import { DEFAULT_INGEST_LIMITS, type IngestDeps } from "./deps.ts";
import { createInFlight } from "./in-flight.ts";
import type { IngestToken } from "./may-send.ts";
import { ingestFormats } from "./registry.ts";
import { serveIngest } from "./serve.ts";

/** Settings of the addresses that applications push to. */
export const ingestEnv = {
  INGEST_TOKENS: z
    .string()
    .optional()
    .describe(
      "Bearer tokens, separated by commas, that may push events and announce deploys; tenant=token for a tenant of its own. Not set: only this machine may.",
    ),
} as const;

/** "tenant=token"; what follows a "=" at the end of a token is its padding. */
const OF_TENANT = /^([a-z0-9][a-z0-9_-]{0,62})=(.*[^=].*)$/iu;

/** The tokens of INGEST_TOKENS; none when it is not set. */
export function ingestTokens(env: unknown): readonly IngestToken[] {
  const { INGEST_TOKENS = "" } = z.object(ingestEnv).parse(env);
  return INGEST_TOKENS.split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [, tenant, token] = OF_TENANT.exec(entry) ?? [];
      return tenant === undefined || token === undefined
        ? { tenant: DEFAULT_TENANT, token: entry }
        : { tenant: tenantId(tenant), token };
    });
}

/** Memory that is kept for the next bodies. */
const MAX_POOLED_BYTES = 16 * 1024 * 1024;

/** The addresses that applications push to, for logs, traces, metrics, lines of JSON or text, and deploys. */
export function ingestRoutes(deps: IngestDeps): readonly HttpRoute[] {
  const inFlight = createInFlight((deps.limits ?? DEFAULT_INGEST_LIMITS).maxBytesInFlight);
  const pool = createBodyPool(MAX_POOLED_BYTES);
  return Object.values(ingestFormats)
    .flat()
    .map((route) => ({
      kind: "node",
      path: route.path,
      handle: (request, response) => serveIngest({ ...deps, inFlight, pool }, route, { request, response }),
    }));
}
