import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isJson, type Json } from "../json.ts";
import { type Member, readTypes, type Shape } from "./type-reader.ts";

const FILES = [
  "block-kit/composition-objects.d.ts",
  "block-kit/extensions.d.ts",
  "block-kit/block-elements.d.ts",
  "block-kit/blocks.d.ts",
  "views.d.ts",
];

/** What Slack takes and its own declarations do not have yet, written as they would be. */
const ADDED = `
interface DataVisualizationBlock extends Block { type: 'data_visualization'; title: string; chart: Chart; }
type Chart = { type: 'pie'; segments: ChartPoint[] } | SeriesChart;
interface SeriesChart { type: 'line' | 'bar' | 'area'; series: { name: string; data: ChartPoint[] }[]; axis_config?: AxisConfig; }
interface ChartPoint { label: string; value: number; }
interface AxisConfig { categories: string[]; x_label?: string; y_label?: string; }
interface InputParameter { name: string; value: string; }
interface Trigger { url: string; customizable_input_parameters?: InputParameter[]; }
interface Workflow { trigger: Trigger; }
type EveryBlock = KnownBlock | DataVisualizationBlock;
type EveryRichText = RichTextBlockElement | RichTextElement;
type EveryElement = ActionsBlockElement | ContextBlockElement | ContextActionsBlockElement | InputBlockElement | SectionBlockAccessory | URLSourceElement;
`;

/** Members that Slack takes beyond its declarations, by the declaration they belong to. */
const ADDED_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  rich_text_list: ["offset"],
  card: ["subtext", "slack_icon"],
  file_input: ["max_files"],
};

/** Where Slack takes more than its declarations say, as samples show. */
const WIDER: readonly (readonly [declared: string, real: string])[] = [
  ["underline?: boolean;", "underline?: boolean; highlight?: boolean; client_highlight?: boolean; unlink?: boolean;"],
  ["border?: 0 | 1;", "border?: number;"],
  ["initial_value?: RichTextBlock;", "initial_value?: RichTextBlock | TextObject | RichTextElement;"],
];

const types = loadTypes();

function loadTypes(): ReadonlyMap<string, Shape> {
  const folder = dirname(createRequire(import.meta.url).resolve("@slack/types/dist/index.d.ts"));
  const source = FILES.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  const taken = WIDER.reduce((text, [declared, real]) => text.replaceAll(declared, real), source);
  return readTypes(`${taken}\n${ADDED}`);
}

/** What does not fit the declaration of this name, one sentence each with a JSON pointer. */
export function misfits(name: string, value: unknown, path: string): readonly string[] {
  return check({ kind: "ref", name }, value, path);
}

/** The names of every block type that is declared. */
export function blockTypes(): readonly string[] {
  return alternatives({ kind: "ref", name: "EveryBlock" }).flatMap(typesOf);
}

function check(shape: Shape, value: unknown, path: string): readonly string[] {
  const [only, ...others] = alternatives(shape);
  if (only === undefined) return [];
  if (others.length === 0) return checkOne(only, value, path);
  return checkUnion([only, ...others], value, path);
}

/** By the value's own `type` where the alternatives have one; else the alternative that fits best. */
function checkUnion(shapes: readonly Shape[], value: unknown, path: string): readonly string[] {
  const typed = shapes.filter((shape) => typesOf(shape).length > 0);
  if (isJson(value) && typeof value["type"] === "string" && typed.length > 0) {
    const wanted = typed.filter((shape) => typesOf(shape).includes(String(value["type"])));
    if (wanted.length === 0 && !shapes.some(({ kind }) => kind === "any")) {
      return [problem(`unsupported type: ${value["type"]}`, path)];
    }
    return best(wanted, value, path);
  }
  return best(shapes, value, path);
}

function best(shapes: readonly Shape[], value: unknown, path: string): readonly string[] {
  return shapes.map((shape) => checkOne(shape, value, path)).toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function checkOne(shape: Shape, value: unknown, path: string): readonly string[] {
  if (shape.kind === "any") return [];
  if (shape.kind === "object") {
    return isJson(value) ? checkMembers(shape.members, value, path) : [problem("must be an object", path)];
  }
  if (shape.kind === "array") {
    if (!Array.isArray(value)) return [problem("must be an array", path)];
    return value.flatMap((item, index) => check(shape.of, item, `${path}/${index}`));
  }
  if (shape.kind === "literal") {
    return value === shape.value ? [] : [problem(`must be ${JSON.stringify(shape.value)}`, path)];
  }
  if (shape.kind === "primitive") return typeof value === shape.name ? [] : [problem(`must be a ${shape.name}`, path)];
  return check(shape, value, path);
}

function checkMembers(members: ReadonlyMap<string, Member>, value: Json, path: string): readonly string[] {
  const missing = [...members].filter(([key, { isOptional }]) => !isOptional && value[key] === undefined);
  const added = ADDED_MEMBERS[String(value["type"])] ?? [];
  const invented = Object.keys(value).filter((key) => !members.has(key) && !added.includes(key));
  const present = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return [
    ...missing.map(([key]) => problem(`missing required field: ${key}`, path)),
    ...invented.map((key) => problem(`invalid additional property: ${key}`, path)),
    ...present.flatMap(([key, inner]) => {
      const member = members.get(key);
      return member === undefined ? [] : check(member.shape, inner, `${path}/${key}`);
    }),
  ];
}

const resolved = new WeakMap<Shape, readonly Shape[]>();

/** Every way a value may look, references and combinations resolved. */
function alternatives(shape: Shape): readonly Shape[] {
  const known = resolved.get(shape);
  if (known !== undefined) return known;
  const found = resolve(shape);
  resolved.set(shape, found);
  return found;
}

function resolve(shape: Shape): readonly Shape[] {
  switch (shape.kind) {
    case "ref": {
      const named = types.get(shape.name);
      return named === undefined ? [{ kind: "any" }] : alternatives(named);
    }
    case "union":
      return shape.of.flatMap(alternatives);
    case "both":
      return shape.of.map(alternatives).reduce(combined, [{ kind: "object", members: new Map() }]);
    case "any":
    case "literal":
    case "primitive":
    case "array":
    case "object":
      return [shape];
    default:
      return shape satisfies never;
  }
}

function combined(left: readonly Shape[], right: readonly Shape[]): readonly Shape[] {
  return left.flatMap((one) => right.map((other) => merged(one, other)));
}

function merged(one: Shape, other: Shape): Shape {
  if (one.kind !== "object") return one;
  if (other.kind !== "object") return other;
  const members = new Map(one.members);
  // A base that says "some string" must not take the place of the one word that is meant.
  for (const [key, member] of other.members) {
    if (!members.has(key) || member.shape.kind !== "primitive") members.set(key, member);
  }
  return { kind: "object", members };
}

/** The values that an object's own `type` may have; none when the declaration leaves it open. */
function typesOf(shape: Shape): readonly string[] {
  const inner = shape.kind === "object" ? shape.members.get("type")?.shape : undefined;
  if (inner === undefined) return [];
  return alternatives(inner).flatMap((each) => (each.kind === "literal" ? [String(each.value)] : []));
}

/** One problem as Slack words it. */
export function problem(what: string, path: string): string {
  return `[ERROR] ${what} [json-pointer:${path}]`;
}
