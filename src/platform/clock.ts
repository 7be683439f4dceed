import type { Clock } from "../app/ports.ts";
import { epochMs } from "../core/ids.ts";

/** The machine's own clock. */
export const systemClock: Clock = { nowMs: () => epochMs(Date.now()) };
