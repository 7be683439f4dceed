import type { KnownBlock } from "@slack/types";
import { z } from "zod";
import { type IncidentId, incidentId } from "../../../core/ids.ts";
import type { Incident } from "../../../core/incident.ts";
import { literal, titled } from "../../../core/presentation/words.ts";
import { ownWords, type Safe, safe } from "../../../core/safe.ts";
import type { Desk } from "../desk.ts";
import { plainText, section } from "../drawing/blocks.ts";
import { jsonIn } from "../drawing/json-text.ts";
import type { Drawing } from "../drawing/message.ts";
import { escaped } from "../drawing/mrkdwn.ts";
import type { Performed } from "./asked.ts";
import { isWord, type Word } from "./words.ts";

export const PICK_ACTION = "word.pick";

const MOST_OFFERED = 20;
const OPTION_TEXT = 75;
const KEY_LENGTH = 8;

/** Several incidents are open and nothing says which one is meant: a menu that does the word on the chosen one. */
export function askWhich(desk: Desk, asked: Performed, open: readonly Incident[]): Drawing {
  const key = keptText(desk, asked);
  const text = safe`Which incident? ${open.length} are open. You can also type its id: ${desk.command} ${literal(asked.word)} ${exampleId(open)}`;
  return pickerDrawing(text, { word: asked.word, key, open: open.slice(0, MOST_OFFERED) });
}

function exampleId(open: readonly Incident[]): Safe {
  const [first] = open;
  return first === undefined ? safe`INC-1` : ownWords(first.id);
}

function keptText(desk: Desk, { rest, actor, pending }: Performed): string {
  if (rest === "") return "";
  const key = desk.newNonce().slice(0, KEY_LENGTH);
  pending.keep(key, { actorId: actor.id, text: rest });
  return key;
}

/** The menu as a message. The value of each option names the word and the incident, never what was typed. */
export function pickerDrawing(
  text: Safe,
  { word: asked, key, open }: { readonly word: Word; readonly key: string; readonly open: readonly Incident[] },
): Drawing {
  const options = open.map(({ id, service, title }) => ({
    text: plainText(safe`${ownWords(id)} · ${titled(service, title)}`, OPTION_TEXT),
    value: JSON.stringify([1, asked, id, key]),
  }));
  const menu: KnownBlock = {
    type: "actions",
    block_id: "pick",
    elements: [
      { type: "static_select", action_id: PICK_ACTION, placeholder: plainText(safe`Choose an incident`, 75), options },
    ],
  };
  return { text: escaped(text), blocks: [section("which", escaped(text)), menu] };
}

const Picked = z.tuple([z.literal(1), z.string(), z.string().min(1).max(60), z.string().max(KEY_LENGTH)]);

/** What was chosen; null when the value is not one of ours. */
export function readPick(
  value: string | undefined,
): { readonly word: Word; readonly incidentId: IncidentId; readonly key: string } | null {
  const picked = Picked.safeParse(jsonIn(value));
  if (!picked.success) return null;
  const [, name, id, key] = picked.data;
  return isWord(name) ? { word: name, incidentId: incidentId(id), key } : null;
}
