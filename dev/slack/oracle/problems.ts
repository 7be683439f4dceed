import { isJson, type Json, objects } from "../json.ts";
import { blockTypes, misfits, problem } from "./shapes.ts";
import { outside, sizeProblems, tableProblems, visibleCharacters } from "./sizes.ts";

/** Where blocks are shown. */
export type Surface = "message" | "modal" | "home";

/** Blocks that Slack takes only in some places; all others go everywhere. */
const ONLY_IN: Readonly<Record<string, readonly Surface[]>> = {
  context_actions: ["message"],
  container: ["message"],
  plan: ["message"],
  task_card: ["message"],
  markdown: ["message"],
  table: ["message"],
  data_table: ["message"],
  data_visualization: ["message"],
  card: ["message"],
  carousel: ["message"],
  file: ["message"],
  alert: ["modal"],
  input: ["modal", "home", "message"],
};

/** What Slack would refuse about the blocks of a message, one sentence each; empty when it would take them. */
export function problemsOfMessage(blocks: unknown): readonly string[] {
  if (blocks === undefined || blocks === null || blocks === "") return [];
  if (!Array.isArray(blocks)) return [problem("must be an array", "/blocks")];
  const list = objects(blocks);
  const types = new Set(list.map(({ type }) => type));
  return [
    ...outside(blocks, "message.blocks", "/blocks"),
    ...problemsOfBlocks(blocks, "message", "/blocks"),
    ...(types.has("plan") && types.has("task_card") ? [problem("a plan and a task card at top level", "/blocks")] : []),
    ...(primaries(list) > 1 ? [problem(`${primaries(list)} primary buttons, at most 1`, "/blocks")] : []),
    ...outside(visibleCharacters(list), "message.characters", "/blocks"),
  ];
}

/** What Slack would refuse about a window or an App Home. */
export function problemsOfView(view: unknown): readonly string[] {
  if (!isJson(view)) return [problem("must be an object", "/view")];
  const surface = view["type"] === "home" ? "home" : "modal";
  const { blocks, ...rest } = view;
  const hasInput = objects(blocks).some(({ type }) => type === "input");
  return [
    ...misfits(surface === "home" ? "HomeView" : "ModalView", { ...rest, blocks: [] }, "/view"),
    ...sizeProblems({ ...rest, blocks: Array.isArray(blocks) ? blocks.map(() => null) : [] }, "/view"),
    ...problemsOfBlocks(blocks, surface, "/view/blocks"),
    ...(surface === "modal" && hasInput && view["submit"] === undefined
      ? [problem("a view with inputs needs submit", "/view/submit")]
      : []),
  ];
}

/** What is wrong with blocks where they stand, ids included. */
function problemsOfBlocks(blocks: unknown, surface: Surface, path: string): readonly string[] {
  if (!Array.isArray(blocks)) return [problem("must be an array", path)];
  return [
    ...problemsOfShape(blocks, path),
    ...objects(blocks).flatMap((block, index) => misplaced(block, surface, `${path}/${index}`)),
    ...repeated(
      "block_id",
      objects(blocks).map((block) => block["block_id"]),
      path,
    ),
    ...objects(blocks).flatMap((block, index) => repeatedActions(block, `${path}/${index}`)),
  ];
}

/** What is wrong with blocks wherever they may be used: types, keys, sizes, and what excludes each other. */
export function problemsOfShape(blocks: readonly unknown[], path: string): readonly string[] {
  return blocks.flatMap((block, index) => {
    const here = `${path}/${index}`;
    return [...misfits("EveryBlock", block, here), ...sizeProblems(block, here), ...contradictions(block, here)];
  });
}

function misplaced(block: Json, surface: Surface, path: string): readonly string[] {
  const type = String(block["type"]);
  if (!blockTypes().includes(type)) return [];
  const allowed = ONLY_IN[type];
  return allowed === undefined || allowed.includes(surface)
    ? []
    : [problem(`a block of type ${type} is not allowed in a ${surface}`, path)];
}

/** Rules that no declaration can say. */
export function contradictions(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => contradictions(item, `${path}/${index}`));
  if (!isJson(value)) return [];
  const inner = Object.entries(value).flatMap(([key, each]) => contradictions(each, `${path}/${key}`));
  return [...ofType(value, path), ...inner];
}

function ofType(value: Json, path: string): readonly string[] {
  if (value["type"] === "table" || value["type"] === "data_table") return tableProblems(value, path);
  const rule = RULES[String(value["type"])];
  return rule === undefined || !rule.breaks(value) ? [] : [problem(rule.says, path)];
}

interface Rule {
  readonly breaks: (value: Json) => boolean;
  readonly says: string;
}

const oneChoice: Rule = {
  breaks: (value) => (value["options"] === undefined) === (value["option_groups"] === undefined),
  says: "either options or option_groups",
};
const isEmpty = (value: Json) => objects(value["elements"]).length === 0;

const RULES: Readonly<Record<string, Rule>> = {
  section: {
    breaks: (value) => value["text"] === undefined && value["fields"] === undefined,
    says: "a section needs text or fields",
  },
  static_select: oneChoice,
  multi_static_select: oneChoice,
  number_input: {
    breaks: (value) => Number(value["min_value"]) > Number(value["max_value"]),
    says: "min_value is above max_value",
  },
  pie: {
    breaks: (value) => objects(value["segments"]).some((segment) => Number(segment["value"]) <= 0),
    says: "a segment must be above 0",
  },
  text: { breaks: (value) => value["text"] === "", says: "empty rich text" },
  rich_text: { breaks: isEmpty, says: "rich text without elements" },
  rich_text_section: { breaks: isEmpty, says: "a paragraph without elements" },
  rich_text_list: { breaks: (value) => Number(value["indent"] ?? 0) > 8, says: "indent is above 8" },
};

function repeatedActions(block: Json, path: string): readonly string[] {
  const elements = [...objects(block["elements"]), ...objects([block["accessory"], block["element"]])];
  return repeated(
    "action_id",
    elements.map((element) => element["action_id"]),
    path,
  );
}

function primaries(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + primaries(item), 0);
  if (!isJson(value)) return 0;
  const here = value["type"] === "button" && value["style"] === "primary" ? 1 : 0;
  return Object.values(value).reduce<number>((sum, inner) => sum + primaries(inner), here);
}

function repeated(what: string, values: readonly unknown[], path: string): readonly string[] {
  const given = values.filter((value) => value !== undefined);
  return new Set(given).size === given.length ? [] : [problem(`the same ${what} twice`, path)];
}
