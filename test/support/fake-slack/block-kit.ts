import { z } from "zod";
import { contractFile } from "./contract-files.ts";

/** Slack's numbers as an independent list has them; the same numbers as written down by us where that list is absent. */
const Numbers = z.object({
  text: z.object({ max_length: z.number() }),
  button: z.object({
    text: z.object({ max_length: z.number() }),
    value: z.object({ max_length: z.number() }),
    url: z.object({ max_length: z.number() }),
    accessibility_label: z.object({ max_length: z.number() }),
  }),
  container: z.object({
    title: z.object({ max_length: z.number() }),
    subtitle: z.object({ max_length: z.number() }),
    child_blocks: z.object({ max_items: z.number() }),
  }),
  actions: z.object({ elements: z.object({ max_items: z.number() }) }),
  context: z.object({ elements: z.object({ max_items: z.number() }) }),
  context_actions: z.object({ elements: z.object({ max_items: z.number() }) }),
  block_id: z.object({ max_length: z.number() }),
});

const OWN_NUMBERS: z.infer<typeof Numbers> = {
  text: { max_length: 3000 },
  button: {
    text: { max_length: 75 },
    value: { max_length: 2000 },
    url: { max_length: 3000 },
    accessibility_label: { max_length: 75 },
  },
  container: { title: { max_length: 150 }, subtitle: { max_length: 150 }, child_blocks: { max_items: 10 } },
  actions: { elements: { max_items: 25 } },
  context: { elements: { max_items: 10 } },
  context_actions: { elements: { max_items: 5 } },
  block_id: { max_length: 255 },
};

const numbers = Numbers.safeParse(contractFile("slack/blockkit/limits.json")).data ?? OWN_NUMBERS;

const IN_MESSAGE = new Set(["section", "context", "actions", "rich_text", "container", "context_actions", "divider"]);
const IN_CONTAINER = new Set(["section", "context", "actions", "rich_text", "divider"]);

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const length = (value: unknown) => (typeof value === "string" ? value.length : 0);
const textOf = (value: unknown) => (isJson(value) ? length(value["text"]) : 0);

/** What Slack would refuse about these blocks, one sentence each; empty when it would take them. */
export function problemsOf(blocks: unknown): readonly string[] {
  const list = items(blocks).filter(isJson);
  return [
    ...tooMany("blocks of a message", list.length, 50),
    ...repeated(
      "block_id",
      list.map((block) => block["block_id"]),
    ),
    ...list.flatMap((block) => problemsOfBlock(block, IN_MESSAGE)),
    ...tooMany("primary buttons", primaries(list), 1),
    ...tooMany("characters of a message", visibleCharacters(list), 13_200),
  ];
}

function problemsOfBlock(block: Json, allowed: ReadonlySet<string>): readonly string[] {
  const type = String(block["type"]);
  if (!allowed.has(type)) return [`a block of type ${type} is not allowed here`];
  return [
    ...tooMany("characters of a block_id", length(block["block_id"]), numbers.block_id.max_length),
    ...byType(type, block),
  ];
}

function byType(type: string, block: Json): readonly string[] {
  const elements = items(block["elements"]).filter(isJson);
  switch (type) {
    case "section":
      return problemsOfText("section", block["text"]);
    case "context":
      return [
        ...tooMany("elements of a context", elements.length, numbers.context.elements.max_items),
        ...elements.flatMap((element) => problemsOfText("context", element)),
      ];
    case "actions":
      return [
        ...tooMany("elements of actions", elements.length, numbers.actions.elements.max_items),
        ...repeated(
          "action_id",
          elements.map((element) => element["action_id"]),
        ),
        ...elements.flatMap(problemsOfButton),
      ];
    case "context_actions":
      return [
        ...tooMany("elements of context_actions", elements.length, numbers.context_actions.elements.max_items),
        ...elements.flatMap((element) =>
          [element["positive_button"], element["negative_button"]].flatMap(problemsOfButton),
        ),
      ];
    case "container":
      return problemsOfContainer(block);
    case "rich_text":
      return elements.length === 0 ? ["rich text without elements"] : problemsOfRichText(elements);
    default:
      return [];
  }
}

function problemsOfContainer(block: Json): readonly string[] {
  const children = items(block["child_blocks"]).filter(isJson);
  return [
    ...tooMany("characters of a container's title", textOf(block["title"]), numbers.container.title.max_length),
    ...tooMany(
      "characters of a container's subtitle",
      textOf(block["subtitle"]),
      numbers.container.subtitle.max_length,
    ),
    ...tooMany("children of a container", children.length, numbers.container.child_blocks.max_items),
    ...children.flatMap((child) => problemsOfBlock(child, IN_CONTAINER)),
  ];
}

function problemsOfRichText(elements: readonly Json[]): readonly string[] {
  return elements.flatMap((element) => {
    const inner = items(element["elements"]).filter(isJson);
    if (element["type"] === "rich_text_list") return problemsOfRichText(inner);
    if (inner.length === 0) return ["a rich text paragraph without elements"];
    return inner.flatMap((leaf) => (leaf["type"] === "text" && length(leaf["text"]) === 0 ? ["empty rich text"] : []));
  });
}

function problemsOfText(where: string, text: unknown): readonly string[] {
  const size = textOf(text);
  if (size === 0) return [`${where} without text`];
  return tooMany(`characters of a ${where}`, size, numbers.text.max_length);
}

function problemsOfButton(button: unknown): readonly string[] {
  if (!isJson(button)) return ["a button that is not an object"];
  const { text, value, url, accessibility_label: label } = numbers.button;
  return [
    ...tooMany("characters of a button", textOf(button["text"]), text.max_length),
    ...tooMany("characters of a button's value", length(button["value"]), value.max_length),
    ...tooMany("characters of a button's url", length(button["url"]), url.max_length),
    ...tooMany("characters of a button's label", length(button["accessibility_label"]), label.max_length),
    ...(length(button["accessibility_label"]) === 0 ? ["a button without a label for screen readers"] : []),
  ];
}

function primaries(blocks: readonly Json[]): number {
  return blocks
    .flatMap((block) => items(block["elements"]))
    .filter((item) => isJson(item) && item["style"] === "primary").length;
}

function visibleCharacters(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]: [string, unknown]) => sum + (key === "text" ? length(inner) : 0) + visibleCharacters(inner),
    0,
  );
}

function tooMany(what: string, count: number, most: number): readonly string[] {
  return count > most ? [`${count} ${what}, at most ${most}`] : [];
}

function repeated(what: string, values: readonly unknown[]): readonly string[] {
  const given = values.filter((value) => value !== undefined);
  return new Set(given).size === given.length ? [] : [`the same ${what} twice`];
}
