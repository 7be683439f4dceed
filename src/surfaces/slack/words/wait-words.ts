import { safe } from "../../../core/safe.ts";
import type { Drawing } from "../drawing/message.ts";
import { parseRequest } from "./read-words.ts";
import { say } from "./replies.ts";
import { helpOf, type Word } from "./words.ts";

const WAIT = safe`Looking, this takes up to 20 s …`;

/** What to say first about this request when its answer takes long. */
export function waitFor(text: string): Drawing {
  const request = parseRequest(text);
  return request.kind === "word" ? waitForWord(request.word) : say(WAIT);
}

/** The same for a word that was read already. */
export function waitForWord(word: Word): Drawing {
  return say(helpOf(word).wait ?? WAIT);
}
