import type { SlackMessage } from "../../../src/surfaces/slack/drawing/message.ts";

const WIDTH = 48;

type Json = Readonly<Record<string, unknown>>;
const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** A message as somebody reads it on a phone: markup resolved, lines wrapped, buttons in brackets. For snapshots. */
export function readAloud(message: SlackMessage): string {
  const body = list(message.blocks).flatMap(linesOf).flatMap(wrapped);
  return [`notification: ${unescaped(message.text)}`, "-".repeat(WIDTH), ...body, ""].join("\n");
}

/** The lines of text of a message before wrapping, without its buttons. */
export function textLines(message: SlackMessage): readonly string[] {
  return list(message.blocks)
    .filter((block) => block["type"] !== "actions")
    .flatMap(linesOf);
}

function linesOf(block: Json): readonly string[] {
  switch (block["type"]) {
    case "section":
      return [...markup(isJson(block["text"]) ? text(block["text"]["text"]) : "").split("\n"), ...menuLine(block)];
    case "context":
      return list(block["elements"]).map((element) => `  ${markup(text(element["text"]))}`);
    case "actions":
      return [list(block["elements"]).map(buttonWords).join(" ")];
    case "context_actions":
      return list(block["elements"]).map((element) =>
        [element["positive_button"], element["negative_button"]].filter(isJson).map(buttonWords).join(" "),
      );
    case "container":
      return [plain(block["title"]), plain(block["subtitle"]), ...list(block["child_blocks"]).flatMap(linesOf)];
    case "rich_text":
      return list(block["elements"]).flatMap(richLines);
    case "image":
      return [`(picture: ${text(block["alt_text"])})`];
    case "plan":
      return [text(block["title"]), ...list(block["tasks"]).flatMap(taskLines)];
    default:
      return [`(${text(block["type"])})`];
  }
}

function taskLines(task: Json): readonly string[] {
  const said = isJson(task["output"]) ? list(task["output"]["elements"]).flatMap(richLines) : [];
  return [`- ${[`${text(task["title"])} (${text(task["status"])})`, ...said].join(": ")}`];
}

function menuLine(block: Json): readonly string[] {
  const menu = block["accessory"];
  if (!isJson(menu)) return [];
  return [
    `(menu: ${list(menu["options"])
      .map((option) => plain(option["text"]))
      .join(", ")})`,
  ];
}

/** How many lines of a phone the card takes: everything but its buttons and its menu. */
export function phoneHeight(message: SlackMessage): number {
  return textLines(message)
    .filter((line) => !line.startsWith("(menu: "))
    .flatMap((line) => wrapped(line.trim())).length;
}

function richLines(element: Json): readonly string[] {
  if (element["type"] === "rich_text_list") {
    return list(element["elements"]).flatMap((item) => richLines(item).map((line) => `- ${line}`));
  }
  return [list(element["elements"]).map(leafWords).join("")];
}

function leafWords(leaf: Json): string {
  if (leaf["type"] === "date") return text(leaf["fallback"]);
  return text(leaf["text"]);
}

function buttonWords(button: Json): string {
  const mark = button["style"] === "primary" ? "*" : "";
  return `[${mark}${plain(button["text"])}${mark}]`;
}

const plain = (value: unknown): string => (isJson(value) ? text(value["text"]) : "");

function markup(source: string): string {
  return unescaped(
    source
      .replaceAll(/<!date\^[^|>]*\|([^>]*)>/gu, "$1")
      .replaceAll(/<https?:[^|>]*\|([^>]*)>/gu, "$1")
      .replaceAll(":red_circle:", "🔴")
      .replaceAll(":large_green_circle:", "🟢")
      .replaceAll(":white_check_mark:", "✅")
      .replaceAll("*", ""),
  );
}

function unescaped(source: string): string {
  return source.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function wrapped(line: string): readonly string[] {
  const lines: string[] = [];
  for (const word of line.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
