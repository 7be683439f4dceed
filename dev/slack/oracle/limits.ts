import { isJson, type Json } from "../json.ts";
import { contractFile } from "./contract-files.ts";

/** Numbers that bound one value: of a text its characters, of a list its items, of a number itself. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

const upTo = (max: number): Bounds => ({ max });
const from1 = (max: number): Bounds => ({ min: 1, max });

/** Slack's numbers as we know them, by the name that the independent list uses. */
const OWN: Readonly<Record<string, Bounds>> = {
  text: from1(3000),
  action_id: upTo(255),
  block_id: upTo(255),
  "button.text": upTo(75),
  "button.url": upTo(3000),
  "button.value": upTo(2000),
  "button.accessibility_label": upTo(75),
  "confirmation.title": upTo(100),
  "confirmation.text": upTo(300),
  "confirmation.confirm": upTo(30),
  "confirmation.deny": upTo(30),
  "option.text": upTo(75),
  "option.value": upTo(150),
  "option.description": upTo(75),
  "option.url": upTo(3000),
  "option_group.label": upTo(75),
  "option_group.options": from1(100),
  "select.placeholder": upTo(150),
  "select.options": upTo(100),
  "select.option_groups": upTo(100),
  "overflow.options": from1(5),
  "checkboxes.options": from1(10),
  "radio_buttons.options": from1(10),
  "url_source.url": from1(3000),
  "file_input.max_files": from1(10),
  "plain_text_input.max_length": upTo(3000),
  "actions.elements": upTo(25),
  "alert.text": upTo(200),
  "card.title": upTo(150),
  "card.subtitle": upTo(150),
  "card.body": upTo(200),
  "card.actions": upTo(3),
  "card.subtext": upTo(200),
  "carousel.elements": from1(10),
  "container.title": upTo(150),
  "container.subtitle": upTo(150),
  "container.child_blocks": upTo(10),
  "context.elements": upTo(10),
  "context_actions.elements": upTo(5),
  "feedback_button.text": upTo(75),
  "feedback_button.value": upTo(2000),
  "feedback_button.accessibility_label": upTo(75),
  "icon_button.visible_to_user_ids": upTo(10),
  "data_table.rows": { min: 2, max: 201 },
  "data_table.columns": from1(20),
  "data_table.page_size": from1(100),
  "data_table.cell_text": { min: 1 },
  "data_table.content": upTo(20_000),
  "table.rows": from1(100),
  "table.columns": from1(20),
  "data_visualization.title": upTo(50),
  "data_visualization.segments": from1(12),
  "data_visualization.segment.label": upTo(20),
  "data_visualization.series": from1(12),
  "data_visualization.series_name": upTo(20),
  "data_visualization.data": from1(20),
  "data_visualization.point_label": upTo(20),
  "data_visualization.categories": from1(20),
  "data_visualization.category_label": upTo(20),
  "data_visualization.axis_label": upTo(50),
  "header.text": upTo(150),
  "image.image_url": upTo(3000),
  "image.alt_text": upTo(2000),
  "input.label": upTo(2000),
  "input.hint": upTo(2000),
  "markdown.text": from1(12_000),
  "section.text": upTo(3000),
  "section.fields": upTo(10),
  "section.field": upTo(2000),
  "video.alt_text": from1(200),
  "video.title": upTo(200),
  "video.author_name": upTo(50),
  "video.description": upTo(200),
  "video.provider_name": upTo(50),
  "view.blocks": from1(100),
  "view.private_metadata": upTo(3000),
  "view.callback_id": upTo(255),
  "view.title": upTo(24),
  "view.close": upTo(24),
  "view.submit": upTo(24),
  "message.blocks": upTo(50),
  "message.characters": upTo(13_200),
};

const listed = contractFile("slack/blockkit/limits.json");

/** The bounds of this name: those of the independent list where it is at hand, else our own. */
export function boundsOf(name: string): Bounds {
  const found = name.split(".").reduce<unknown>((at, key) => (isJson(at) ? at[key] : undefined), listed);
  return isJson(found) ? { ...OWN[name], ...asBounds(found) } : (OWN[name] ?? {});
}

function asBounds(numbers: Json): Bounds {
  const pick = (keys: readonly string[]) => keys.map((key) => numbers[key]).find((value) => typeof value === "number");
  const [min, max] = [pick(["min_length", "min_items", "min"]), pick(["max_length", "max_items", "max"])];
  return { ...(typeof min === "number" ? { min } : {}), ...(typeof max === "number" ? { max } : {}) };
}
