import { setTimeout as sleep } from "node:timers/promises";
import { safe } from "../../../core/safe.ts";
import type { Drawing } from "../drawing/message.ts";
import { say } from "./replies.ts";

/** Slack's people wait three seconds before they think that it hangs; half of that is for the way there. */
const FIRST_WORD_MS = 1500;
/** Every call behind a word has its own, shorter deadline; this one is for what nobody thought of. */
const GIVE_UP_MS = 90_000;

/** Says something to whoever asked; each time in the place of what it said before. */
export type Speak = (drawing: Drawing) => Promise<void>;

/** Gives the answer when it comes soon, else a first word at once and the answer in its place later. Never throws. */
export async function inTime(
  { speak, wait }: { readonly speak: Speak; readonly wait: Drawing },
  work: () => Promise<Drawing>,
): Promise<void> {
  const timer = new AbortController();
  const answer = work();
  const first = await Promise.race([answer, late(FIRST_WORD_MS, timer.signal)]);
  if (first !== null) {
    timer.abort();
    return speak(first);
  }
  await speak(wait);
  const later = await Promise.race([answer, late(GIVE_UP_MS, timer.signal)]);
  timer.abort();
  await speak(later ?? say(TOO_LATE));
}

const TOO_LATE = safe`No answer came within a minute and a half. Please try again; "doctor" says which part does not work.`;
async function late(afterMs: number, signal: AbortSignal): Promise<null> {
  try {
    await sleep(afterMs, null, { signal, ref: false });
  } catch {
    // Stopped because the answer came first.
  }
  return null;
}
