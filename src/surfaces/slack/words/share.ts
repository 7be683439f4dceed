import { z } from "zod";
import { literal } from "../../../core/presentation/words.ts";
import { cutSafe, safe, sliceSafe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { actions, button } from "../drawing/blocks.ts";
import { jsonIn } from "../drawing/json-text.ts";
import type { Drawing } from "../drawing/message.ts";
import type { Answer, ShareRequest } from "./asked.ts";
import { helpOf, isWord } from "./words.ts";

export const SHARE_ACTION = "word.share";
const MAX_REST = 200;

/** An answer for one person with the button that shows it to the channel. The button carries the question, never the answer. */
export function withShare(desk: Pick<Desk, "redactor">, { drawing, share }: Answer): Drawing {
  if (share === null) return drawing;
  const rest = sliceSafe(desk.redactor.text(share.rest), 0, MAX_REST);
  const about = rest === "" ? safe`` : safe` ${cutSafe(rest, 30)}`;
  const shareButton = button({
    action: SHARE_ACTION,
    text: safe`Share to channel`,
    label: safe`Share "${literal(share.word)}${about}" with this channel`,
    value: JSON.stringify({ v: 1, w: share.word, q: rest }),
  });
  return { text: drawing.text, blocks: [...drawing.blocks, ...actions("share", [shareButton])] };
}

const Shared = z.object({ v: z.literal(1), w: z.string(), q: z.string().max(MAX_REST) });

/** What to do again; null when the value is not one of ours. Words that change something cannot be shared. */
export function readShare(value: string | undefined): ShareRequest | null {
  const shared = Shared.safeParse(jsonIn(value));
  if (!shared.success || !isWord(shared.data.w) || helpOf(shared.data.w).acts) return null;
  return { word: shared.data.w, rest: shared.data.q };
}
