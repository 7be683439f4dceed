import { existsSync } from "node:fs";
import { createHttpServer } from "../../src/http/server.ts";
import type { SurfaceDeps } from "../../src/surfaces/define.ts";
import { web } from "../../src/surfaces/web/index.ts";
import { type KeptIncident, surfaceDeps } from "./surface-deps.ts";

export interface RunningSite {
  readonly url: string;
  close(): Promise<void>;
}

/** The site on a free port of this machine, behind the real web server, over kept incidents. */
export async function startSite(
  kept: readonly KeptIncident[],
  { env = {}, deps = {} }: { readonly env?: Record<string, string>; readonly deps?: Partial<SurfaceDeps> } = {},
): Promise<RunningSite> {
  const given = surfaceDeps(kept, deps);
  const surface = web.create(env, given);
  if (surface?.routes === undefined) throw new TypeError("the web surface is always on");
  const { logger } = given;
  const server = createHttpServer({ routes: surface.routes, hooks: null, isReady: async () => true, logger });
  const { port } = await server.listen(0, "127.0.0.1");
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await surface.stop?.();
      await server.close(200);
    },
  };
}

/** Debian's Chromium, or the one CHROMIUM_PATH names; null where there is none. */
export function chromiumPath(): string | null {
  const candidates = [process.env["CHROMIUM_PATH"], "/usr/bin/chromium", "/usr/bin/chromium-browser"];
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? null;
}

export const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-quic",
  "--no-first-run",
  "--disable-component-update",
  "--disable-sync",
];
