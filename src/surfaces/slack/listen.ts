import type { App } from "@slack/bolt";
import type { Ear, Listener } from "./listener.ts";
import { corrections } from "./on-corrections.ts";
import { delivered } from "./on-delivered.ts";
import { home } from "./on-home.ts";
import { notes } from "./on-note.ts";
import { pages } from "./on-pages.ts";
import { presses } from "./on-press.ts";
import { typedWords } from "./on-words.ts";

/** Everything people can press, type, choose or open. */
export const EARS: readonly Ear[] = [presses, notes, typedWords, corrections, home, pages, delivered];

/** Connects everything people can do. Each handler acknowledges first and works afterwards. */
export function listen(app: App, listener: Listener): void {
  for (const { connect } of EARS) connect(app, listener);
}

/** True when a button with this action id is heard. */
export function isHeard(action: string): boolean {
  return EARS.flatMap(({ actions = [] }) => actions).some((known) =>
    typeof known === "string" ? known === action : known.test(action),
  );
}
