import type { Ear } from "./listener.ts";

/** Links to our pages and the incident entity behind them. */
export const pages: Ear = { connect: () => undefined };
