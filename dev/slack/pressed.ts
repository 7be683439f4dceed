import { isJson, type Json, objects, text } from "./json.ts";

/** An element that can be pressed, and the block it stands in. */
export interface Found {
  readonly element: Json;
  readonly blockId: string;
}

const KINDS = [
  "button",
  "feedback_buttons",
  "overflow",
  "static_select",
  "radio_buttons",
  "users_select",
  "icon_button",
] as const;
type Kind = (typeof KINDS)[number];

/** The element with this action, in this block when one is named. */
export function find(blocks: unknown, wanted: { readonly actionId: string; readonly blockId?: string }): Found | null {
  for (const block of objects(blocks)) {
    const blockId = text(block["block_id"]);
    const inner = find(block["child_blocks"], wanted);
    if (inner !== null) return inner;
    if (wanted.blockId !== undefined && wanted.blockId !== "" && wanted.blockId !== blockId) continue;
    const element = [...objects(block["elements"]), ...objects([block["accessory"], block["element"]])].find(
      (each) => each["action_id"] === wanted.actionId,
    );
    if (element !== undefined) return { element, blockId };
  }
  return null;
}

/** What Slack reports of a press: the element's value, or the chosen one. */
export function readValue({ element, blockId }: Found, chosen: string | undefined) {
  const kind: Kind = KINDS.find((each) => each === element["type"]) ?? "button";
  return { action: text(element["action_id"]), blockId, kind, value: valueOf(element, chosen) };
}

function valueOf(element: Json, chosen: string | undefined): string {
  const side = chosen === "negative" ? element["negative_button"] : element["positive_button"];
  if (element["type"] === "feedback_buttons") return isJson(side) ? text(side["value"]) : "";
  return chosen ?? text(element["value"]);
}
