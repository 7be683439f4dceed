import type { RegisteredSurface } from "./define.ts";
import { mcp } from "./mcp/index.ts";
import { pagerduty } from "./pagerduty/index.ts";
import { slack } from "./slack/index.ts";
import { web } from "./web/index.ts";

/** Where people and agents are. The terminal is not here: it is drawn by commands, has no settings and never runs. */
export const surfaces = { slack, web, pagerduty, mcp } satisfies Record<string, RegisteredSurface>;

export type SurfaceName = keyof typeof surfaces;
