import type { App } from "@slack/bolt";
import { corrections } from "./acts/on-corrections.ts";
import { notes } from "./acts/on-note.ts";
import { presses } from "./acts/on-press.ts";
import { delivered } from "./delivery/on-delivered.ts";
import { home } from "./home/on-home.ts";
import type { Ear, Listener } from "./listener.ts";
import { pages } from "./pages/on-pages.ts";
import { typedWords } from "./words/on-words.ts";

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
