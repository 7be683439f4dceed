import { join } from "node:path";
import { z } from "zod";
import { defineSurface } from "../define.ts";
import { createSite } from "./site.ts";

/** The pages people open: always on, nothing to configure on one's own machine. */
export const web = defineSurface({
  title: "Web page",
  env: {
    WEB_PASSWORD: z
      .string()
      .min(12)
      .optional()
      .describe(
        "Asked of everybody who opens an incident page; any user name goes with it and is shown beside votes. Not set: pages open on this machine only, and only while PUBLIC_URL is not set or local.",
      ),
    WEB_OPEN: z
      .enum(["yes", "no"])
      .default("no")
      .describe(
        "yes: a proxy in front of TraceOps already asks people to sign in, so pages need no password of their own.",
      ),
  },
  howToConfigure:
    "set WEB_PASSWORD, or WEB_OPEN=yes behind a sign-in proxy, to open incident pages from other machines",
  create: (env, deps) =>
    createSite(deps, {
      assetsFolder: join(import.meta.dirname, "assets"),
      access: { password: env.WEB_PASSWORD ?? null, isOpen: env.WEB_OPEN === "yes", publicUrl: deps.publicUrl },
      live: { askEveryMs: 60_000, lookEveryMs: 1000, heartbeatEveryMs: 15_000, maxConnections: 200 },
    }),
});
