import type { Ear } from "./listener.ts";

/** What people correct: windows, message shortcuts, pins by reaction. */
export const corrections: Ear = { connect: () => undefined };
