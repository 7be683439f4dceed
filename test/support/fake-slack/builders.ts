import type { Safe } from "../../../src/core/safe.ts";
import { HOME_BUILDERS } from "./builders-home.ts";
import { MESSAGE_BUILDERS } from "./builders-messages.ts";
import { REPLY_BUILDERS } from "./builders-replies.ts";
import { WINDOW_BUILDERS } from "./builders-windows.ts";
import { WORD_BUILDERS } from "./builders-words.ts";

/** Gives another piece of foreign text each time it is asked. */
export type Foreign = () => Safe;

/** One thing that we send to Slack, made with foreign text wherever foreign text can get in. */
export interface Builder {
  readonly name: string;
  /** "message" takes blocks and a text, "view" is a window or an App Home, "other" has no blocks to check. */
  readonly kind: "message" | "view" | "other";
  readonly build: (foreign: Foreign) => unknown;
}

/** Everything that we send to Slack. Whoever adds a drawing adds it here; a test sends hostile text through all of them. */
export const BUILDERS: readonly Builder[] = [
  ...MESSAGE_BUILDERS,
  ...REPLY_BUILDERS,
  ...WINDOW_BUILDERS,
  ...WORD_BUILDERS,
  ...HOME_BUILDERS,
];
