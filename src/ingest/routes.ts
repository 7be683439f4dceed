import { z } from "zod";
import { AppError } from "../app/errors.ts";
import { DEFAULT_TENANT, tenantId } from "../core/ids.ts";
import { createInFlight } from "../platform/bodies/in-flight.ts";
import type { HttpRoute } from "../platform/http-route.ts";
import { createBodyPool } from "./body-pool.ts";
import { DEFAULT_INGEST_LIMITS, type IngestDeps } from "./deps.ts";
import type { IngestToken } from "./may-send.ts";
import { ingestFormats } from "./registry.ts";
import { serveIngest } from "./serve.ts";

/** Those of webhooks have as many: shorter ones can be guessed. */
const MIN_TOKEN_LENGTH = 16;
const TOO_SHORT = `each token must have at least ${MIN_TOKEN_LENGTH} characters, a tenant in front of it not counted`;

/** Settings of the addresses that applications push to. */
export const ingestEnv = {
  INGEST_TOKENS: z
    .string()
    .refine((text) => tokensIn(text).every(({ token }) => token.length >= MIN_TOKEN_LENGTH), {
      error: TOO_SHORT,
    })
    .optional()
    .describe(
      `Bearer tokens of at least ${MIN_TOKEN_LENGTH} characters, separated by commas, that may push events and announce deploys; tenant=token for a tenant of its own. Not set: only programs on this machine may, and only while PUBLIC_URL is not set or local.`,
    ),
} as const;

/** "tenant=token"; what follows a "=" at the end of a token is its padding. */
const OF_TENANT = /^([a-z0-9][a-z0-9_-]{0,62})=(.*[^=].*)$/iu;

/** The tokens of INGEST_TOKENS; none when it is not set. Throws `AppError` when one is too short. */
export function ingestTokens(env: unknown): readonly IngestToken[] {
  const parsed = z.object(ingestEnv).safeParse(env);
  if (!parsed.success) throw new AppError("invalid-input", `INGEST_TOKENS: ${TOO_SHORT}.`);
  return tokensIn(parsed.data.INGEST_TOKENS ?? "");
}

function tokensIn(setting: string): readonly IngestToken[] {
  return setting
    .split(",")
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
