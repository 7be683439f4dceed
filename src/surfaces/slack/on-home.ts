import type { Ear } from "./listener.ts";

/** The App Home, its buttons and the welcome in a first channel. */
export const home: Ear = { connect: () => undefined };
