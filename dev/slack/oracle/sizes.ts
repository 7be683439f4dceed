import { isJson, type Json, objects } from "../json.ts";
import { boundsOf } from "./limits.ts";
import { problem } from "./shapes.ts";

/** Which bound holds for which member, by the type of the object. */
const BOUNDS: Readonly<Record<string, readonly (readonly [member: string, bound: string])[]>> = {
  plain_text: [["text", "text"]],
  mrkdwn: [["text", "text"]],
  button: ["text", "url", "value", "accessibility_label"].map((key) => [key, `button.${key}`] as const),
  icon_button: [["visible_to_user_ids", "icon_button.visible_to_user_ids"]],
  overflow: [["options", "overflow.options"]],
  checkboxes: [["options", "checkboxes.options"]],
  radio_buttons: [["options", "radio_buttons.options"]],
  static_select: ["placeholder", "options", "option_groups"].map((key) => [key, `select.${key}`] as const),
  multi_static_select: ["placeholder", "options", "option_groups"].map((key) => [key, `select.${key}`] as const),
  url: [["url", "url_source.url"]],
  file_input: [["max_files", "file_input.max_files"]],
  plain_text_input: [
    ["max_length", "plain_text_input.max_length"],
    ["placeholder", "select.placeholder"],
  ],
  actions: [["elements", "actions.elements"]],
  alert: [["text", "alert.text"]],
  card: ["title", "subtitle", "body", "actions", "subtext"].map((key) => [key, `card.${key}`] as const),
  carousel: [["elements", "carousel.elements"]],
  container: ["title", "subtitle", "child_blocks"].map((key) => [key, `container.${key}`] as const),
  context: [["elements", "context.elements"]],
  context_actions: [["elements", "context_actions.elements"]],
  data_table: [
    ["rows", "data_table.rows"],
    ["page_size", "data_table.page_size"],
  ],
  table: [["rows", "table.rows"]],
  data_visualization: [["title", "data_visualization.title"]],
  header: [["text", "header.text"]],
  image: [
    ["image_url", "image.image_url"],
    ["alt_text", "image.alt_text"],
  ],
  input: [
    ["label", "input.label"],
    ["hint", "input.hint"],
  ],
  markdown: [["text", "markdown.text"]],
  section: [
    ["text", "section.text"],
    ["fields", "section.fields"],
  ],
  video: ["alt_text", "title", "author_name", "description", "provider_name"].map(
    (key) => [key, `video.${key}`] as const,
  ),
};

const VIEW_BOUNDS = ["blocks", "private_metadata", "callback_id", "title", "close", "submit"].map(
  (key) => [key, `view.${key}`] as const,
);

/** The bounds of objects that carry no type of their own, by the member they stand under. */
const UNTYPED: Readonly<Record<string, readonly (readonly [member: string, bound: string])[]>> = {
  confirm: ["title", "text", "confirm", "deny"].map((key) => [key, `confirmation.${key}`] as const),
  options: ["text", "value", "description", "url"].map((key) => [key, `option.${key}`] as const),
  option_groups: ["label", "options"].map((key) => [key, `option_group.${key}`] as const),
  positive_button: ["text", "value", "accessibility_label"].map((key) => [key, `feedback_button.${key}`] as const),
  negative_button: ["text", "value", "accessibility_label"].map((key) => [key, `feedback_button.${key}`] as const),
  fields: [["text", "section.field"]],
  segments: [["label", "data_visualization.segment.label"]],
  series: [
    ["name", "data_visualization.series_name"],
    ["data", "data_visualization.data"],
  ],
  data: [["label", "data_visualization.point_label"]],
  axis_config: [
    ["categories", "data_visualization.categories"],
    ["x_label", "data_visualization.axis_label"],
    ["y_label", "data_visualization.axis_label"],
  ],
  chart: [
    ["segments", "data_visualization.segments"],
    ["series", "data_visualization.series"],
  ],
};

/** Everything in this value that is too long, too short, too many or too few. `under` names the member it stands under. */
export function sizeProblems(value: unknown, path: string, under = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => sizeProblems(item, `${path}/${index}`, under));
  if (!isJson(value)) return [];
  const rules = [
    ["action_id", "action_id"] as const,
    ["block_id", "block_id"] as const,
    ...(BOUNDS[String(value["type"])] ?? []),
    ...(UNTYPED[under] ?? []),
    ...(value["type"] === "modal" || value["type"] === "home" ? VIEW_BOUNDS : []),
  ];
  return [
    ...rules.flatMap(([member, bound]) => outside(value[member], bound, `${path}/${member}`)),
    ...categoryProblems(value, path),
    ...Object.entries(value).flatMap(([key, inner]) => sizeProblems(inner, `${path}/${key}`, key)),
  ];
}

function categoryProblems(value: Json, path: string): readonly string[] {
  const categories: unknown = value["categories"];
  if (!Array.isArray(categories)) return [];
  return categories.flatMap((name, index) =>
    outside(name, "data_visualization.category_label", `${path}/categories/${index}`),
  );
}

/** Why this value breaks the bound of this name; nothing when it is absent or within it. */
export function outside(value: unknown, bound: string, path: string): readonly string[] {
  const size = sizeOf(value);
  if (size === null) return [];
  const { min, max } = boundsOf(bound);
  if (max !== undefined && size > max) return [problem(`must be at most ${max}, is ${size} (${bound})`, path)];
  if (min !== undefined && size < min) return [problem(`must be at least ${min}, is ${size} (${bound})`, path)];
  return [];
}

function sizeOf(value: unknown): number | null {
  if (typeof value === "string") return codePoints(value);
  if (typeof value === "number") return value;
  if (Array.isArray(value)) return value.length;
  return isJson(value) && typeof value["text"] === "string" ? codePoints(value["text"]) : null;
}

/** Slack counts code points. */
const codePoints = (value: string): number => Array.from(value).length;

/** The characters that a reader of these blocks gets to see. */
export function visibleCharacters(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + visibleCharacters(item), 0);
  if (!isJson(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) =>
      sum + (key === "text" && typeof inner === "string" ? inner.length : visibleCharacters(inner)),
    0,
  );
}

/** Rows of tables: as many cells in each, none of them empty, and not too much in all. */
export function tableProblems(block: Json, path: string): readonly string[] {
  const rows: readonly unknown[] = Array.isArray(block["rows"]) ? block["rows"] : [];
  const widths = new Set(rows.map((row) => (Array.isArray(row) ? row.length : 0)));
  const [width = 0] = widths;
  const type = String(block["type"]);
  const settings = Array.isArray(block["column_settings"]) ? block["column_settings"].length : 0;
  const cells = rows.flatMap((row) => objects(row)).filter((cell) => cell["type"] !== "rich_text");
  return [
    ...(widths.size > 1 ? [problem("rows differ in their number of cells", `${path}/rows`)] : []),
    ...(rows.length === 0 ? [] : outside(Array.from({ length: width }), `${type}.columns`, `${path}/rows/0`)),
    ...(settings > width ? [problem("more column settings than columns", `${path}/column_settings`)] : []),
    ...(type === "data_table"
      ? [
          ...cells.flatMap((cell) => outside(cell["text"], "data_table.cell_text", `${path}/rows`)),
          ...outside(visibleCharacters(rows), "data_table.content", `${path}/rows`),
        ]
      : []),
  ];
}
