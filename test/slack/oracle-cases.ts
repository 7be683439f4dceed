import { isJson, type Json, objects } from "../../dev/slack/json.ts";
import { contradictions, problemsOfShape, problemsOfView } from "../../dev/slack/oracle/problems.ts";
import { misfits } from "../../dev/slack/oracle/shapes.ts";
import { sizeProblems } from "../../dev/slack/oracle/sizes.ts";

/** Everything the oracle says of a value of this declared type; `under` is the member it would stand under. */
export function problemsOfType(name: string, value: unknown, under = ""): readonly string[] {
  return [...misfits(name, value, ""), ...sizeProblems(value, "", under), ...contradictions(value, "")];
}

const OBJECTS: readonly (readonly [prefix: string, type: string, under: string])[] = [
  ["option_group", "OptionGroup", "option_groups"],
  ["option", "Option", "options"],
  ["text", "TextObject", ""],
  ["conversation_filter", "ConversationFilter", ""],
  ["dispatch_action", "DispatchActionConfig", ""],
  ["input_parameter", "InputParameter", ""],
  ["workflow", "Workflow", ""],
  ["confirmation", "ConfirmationDialog", "confirm"],
  ["trigger", "Trigger", ""],
];

/** What the oracle says of a sample, by the folder and name it stands under. */
export function problemsOfSample(folder: string, name: string, sample: unknown): readonly string[] {
  if (folder === "blocks") return problemsOfShape([sample], "");
  if (folder === "elements") return problemsOfType("EveryElement", sample);
  if (folder === "rich_text") return problemsOfType("EveryRichText", sample);
  if (folder === "views") return problemsOfView(sample);
  if (folder === "objects") {
    const known = OBJECTS.find(([prefix]) => name.startsWith(prefix));
    return known === undefined ? [`nobody knows ${name}`] : problemsOfType(known[1], sample, known[2]);
  }
  return blocksIn(sample);
}

function blocksIn(sample: unknown): readonly string[] {
  if (!isJson(sample)) return ["not an object"];
  const own = Array.isArray(sample["blocks"]) ? problemsOfShape(sample["blocks"], "") : [];
  return [...own, ...objects(sample["attachments"]).flatMap(blocksIn)];
}

const x = (size: number) => "x".repeat(size);
const plain = (size: number) => ({ type: "plain_text", text: x(size) });
const mrkdwn = (size: number) => ({ type: "mrkdwn", text: x(size) });
const times = (size: number, make: (index: number) => unknown) =>
  Array.from({ length: size }, (_, index) => make(index));
const option = (more: object = {}) => ({ text: plain(3), value: "v", ...more });
const button = (more: object = {}) => ({ type: "button", text: plain(3), action_id: "a", ...more });
const actions = (element: object) => ({ type: "actions", elements: [element] });
const confirm = (more: object) =>
  actions(button({ confirm: { title: plain(3), text: plain(3), confirm: plain(3), deny: plain(3), ...more } }));
const select = (more: object) => actions({ type: "static_select", action_id: "a", ...more });
const chooser = (type: string, count: number) =>
  actions({ type, action_id: "a", options: times(count, () => option()) });
const input = (element: object, more: object = {}) => ({ type: "input", label: plain(3), element, ...more });
const video = (more: object) => ({
  type: "video",
  alt_text: "a",
  thumbnail_url: "https://shop.example/t.png",
  title: plain(3),
  video_url: "https://shop.example/v",
  ...more,
});
const card = (more: object) => ({ type: "card", title: mrkdwn(3), ...more });
const container = (more: object) => ({
  type: "container",
  title: plain(3),
  child_blocks: [{ type: "divider" }],
  ...more,
});
const feedback = (more: object) => ({
  type: "context_actions",
  elements: [
    {
      type: "feedback_buttons",
      positive_button: { text: plain(3), value: "v", ...more },
      negative_button: { text: plain(3), value: "v" },
    },
  ],
});
const cells = (count: number) => times(count, () => ({ type: "raw_text", text: "a" }));
const dataTable = (more: object) => ({ type: "data_table", caption: "c", rows: [cells(2), cells(2)], ...more });
const chart = (inner: object, more: object = {}) => ({ type: "data_visualization", title: "t", chart: inner, ...more });
const pie = (segments: unknown) => chart({ type: "pie", segments });
const point = (more: object = {}) => ({ label: "l", value: 1, ...more });
const line = (more: object) => chart({ type: "line", series: [{ name: "n", data: [point()] }], ...more });
const modal = (more: object) => ({ type: "modal", title: plain(3), blocks: [{ type: "divider" }], ...more });
const image = (more: object) => ({ type: "image", alt_text: "a", image_url: "https://shop.example/i.png", ...more });

/** For each case of the vendor-independent list: a value that breaks exactly its rule, as a block or as a view. */
export const BROKEN: Readonly<Record<string, Json>> = {
  "text-empty": { type: "section", text: mrkdwn(0) },
  "text-too-long": { type: "section", text: mrkdwn(3001) },
  "button-action-id-too-long": actions(button({ action_id: x(256) })),
  "button-text-too-long": actions(button({ text: plain(76) })),
  "button-url-too-long": actions(button({ url: x(3001) })),
  "button-value-too-long": actions(button({ value: x(2001) })),
  "button-accessibility-label-too-long": actions(button({ accessibility_label: x(76) })),
  "confirmation-title-too-long": confirm({ title: plain(101) }),
  "confirmation-text-too-long": confirm({ text: plain(301) }),
  "confirmation-confirm-too-long": confirm({ confirm: plain(31) }),
  "confirmation-deny-too-long": confirm({ deny: plain(31) }),
  "option-text-too-long": select({ options: [option({ text: plain(76) })] }),
  "option-value-too-long": select({ options: [option({ value: x(151) })] }),
  "option-url-too-long": actions({ type: "overflow", action_id: "a", options: [option({ url: "😀".repeat(3001) })] }),
  "option-description-too-long": select({ options: [option({ description: plain(76) })] }),
  "option-group-label-too-long": select({ option_groups: [{ label: plain(76), options: [option()] }] }),
  "option-group-empty": select({ option_groups: [{ label: plain(3), options: [] }] }),
  "option-group-too-many-options": select({
    option_groups: [{ label: plain(3), options: times(101, () => option()) }],
  }),
  "select-placeholder-too-long": select({ placeholder: plain(151), options: [option()] }),
  "select-too-many-options": select({ options: times(101, () => option()) }),
  "select-too-many-option-groups": select({
    option_groups: times(101, () => ({ label: plain(3), options: [option()] })),
  }),
  "overflow-empty": chooser("overflow", 0),
  "overflow-too-many-options": chooser("overflow", 6),
  "checkboxes-empty": chooser("checkboxes", 0),
  "checkboxes-too-many-options": chooser("checkboxes", 11),
  "radio-buttons-empty": chooser("radio_buttons", 0),
  "radio-buttons-too-many-options": chooser("radio_buttons", 11),
  "url-source-url-empty": source(0),
  "url-source-url-too-long": source(3001),
  "table-too-many-rows": { type: "table", rows: times(101, () => cells(2)) },
  "table-ragged-rows": { type: "table", rows: [cells(2), cells(3)] },
  "table-column-settings-mismatch": { type: "table", rows: [cells(1)], column_settings: [{}, {}] },
  "file-input-max-files-too-small": input({ type: "file_input", max_files: 0 }),
  "file-input-max-files-too-large": input({ type: "file_input", max_files: 11 }),
  "plain-text-input-max-length-too-large": input({ type: "plain_text_input", max_length: 3001 }),
  "actions-too-many-elements": { type: "actions", elements: times(26, (index) => button({ action_id: `a${index}` })) },
  "context-too-many-elements": { type: "context", elements: times(11, () => mrkdwn(3)) },
  "header-text-too-long": { type: "header", text: plain(151) },
  "image-url-too-long": image({ image_url: x(3001) }),
  "image-alt-text-too-long": image({ alt_text: x(2001) }),
  "input-label-too-long": input({ type: "plain_text_input" }, { label: plain(2001) }),
  "input-hint-too-long": input({ type: "plain_text_input" }, { hint: plain(2001) }),
  "markdown-empty": { type: "markdown", text: "" },
  "markdown-too-long": { type: "markdown", text: x(12_001) },
  "section-text-too-long": { type: "section", text: mrkdwn(3001) },
  "section-too-many-fields": { type: "section", fields: times(11, () => mrkdwn(3)) },
  "section-field-too-long": { type: "section", fields: [mrkdwn(2001)] },
  "video-alt-text-empty": video({ alt_text: "" }),
  "video-alt-text-too-long": video({ alt_text: x(201) }),
  "video-title-too-long": video({ title: plain(201) }),
  "video-author-name-too-long": video({ author_name: x(51) }),
  "video-description-too-long": video({ description: plain(201) }),
  "video-provider-name-too-long": video({ provider_name: x(51) }),
  "view-missing-blocks": modal({ blocks: [] }),
  "view-too-many-blocks": modal({ blocks: times(101, () => ({ type: "divider" })) }),
  "view-private-metadata-too-long": modal({ private_metadata: x(3001) }),
  "view-callback-id-too-long": modal({ callback_id: x(256) }),
  "view-title-too-long": modal({ title: plain(25) }),
  "view-close-too-long": modal({ close: plain(25) }),
  "view-submit-too-long": modal({ submit: plain(25) }),
  "section-missing-content": { type: "section" },
  "static-select-options-and-groups": select({
    options: [option()],
    option_groups: [{ label: plain(3), options: [option()] }],
  }),
  "image-url-and-slack-file": image({ slack_file: { id: "F1" } }),
  "number-input-inverted-range": input({
    type: "number_input",
    is_decimal_allowed: false,
    min_value: "9",
    max_value: "1",
  }),
  "context-invalid-element": { type: "context", elements: [button()] },
  "input-invalid-element": input(button()),
  "block-id-too-long": { type: "divider", block_id: x(256) },
  "alert-text-too-long": { type: "alert", text: plain(201) },
  "card-title-too-long": card({ title: mrkdwn(151) }),
  "card-subtitle-too-long": card({ subtitle: mrkdwn(151) }),
  "card-body-too-long": card({ body: mrkdwn(201) }),
  "card-too-many-actions": card({ actions: times(4, (index) => button({ action_id: `a${index}` })) }),
  "card-subtext-too-long": card({ subtext: mrkdwn(201) }),
  "carousel-empty": { type: "carousel", elements: [] },
  "carousel-too-many-cards": { type: "carousel", elements: times(11, () => card({})) },
  "container-title-too-long": container({ title: plain(151) }),
  "container-subtitle-too-long": container({ subtitle: plain(151) }),
  "container-too-many-child-blocks": container({ child_blocks: times(11, () => ({ type: "divider" })) }),
  "context-actions-too-many-elements": {
    type: "context_actions",
    elements: times(6, () => ({ type: "icon_button", icon: "trash", text: plain(3) })),
  },
  "feedback-button-text-too-long": feedback({ text: plain(76) }),
  "feedback-button-value-too-long": feedback({ value: x(2001) }),
  "feedback-button-accessibility-label-too-long": feedback({ accessibility_label: x(76) }),
  "icon-button-too-many-visible-users": {
    type: "context_actions",
    elements: [
      { type: "icon_button", icon: "trash", text: plain(3), visible_to_user_ids: times(11, (index) => `U${index}`) },
    ],
  },
  "data-table-too-few-rows": dataTable({ rows: [cells(2)] }),
  "data-table-too-many-rows": dataTable({ rows: times(202, () => cells(2)) }),
  "data-table-too-few-columns": dataTable({ rows: [[], []] }),
  "data-table-too-many-columns": dataTable({ rows: [cells(21), cells(21)] }),
  "data-table-page-size-too-small": dataTable({ page_size: 0 }),
  "data-table-page-size-too-large": dataTable({ page_size: 101 }),
  "data-table-cell-text-empty": dataTable({ rows: [cells(1), [{ type: "raw_text", text: "" }]] }),
  "data-table-content-too-long": dataTable({ rows: [cells(1), [{ type: "raw_text", text: x(20_000) }]] }),
  "data-visualization-title-too-long": { ...pie([point()]), title: x(51) },
  "pie-chart-empty": pie([]),
  "pie-chart-too-many-segments": pie(times(13, () => point())),
  "chart-segment-label-too-long": pie([point({ label: x(21) })]),
  "chart-segment-value-not-positive": pie([point({ value: 0 })]),
  "chart-series-empty": line({ series: [] }),
  "chart-too-many-series": line({ series: times(13, () => ({ name: "n", data: [point()] })) }),
  "data-series-name-too-long": line({ series: [{ name: x(21), data: [point()] }] }),
  "data-series-empty": line({ series: [{ name: "n", data: [] }] }),
  "data-series-too-many-points": line({ series: [{ name: "n", data: times(21, () => point()) }] }),
  "data-point-label-too-long": line({ series: [{ name: "n", data: [point({ label: x(21) })] }] }),
  "axis-categories-empty": line({ axis_config: { categories: [] } }),
  "axis-too-many-categories": line({ axis_config: { categories: times(21, () => "c") } }),
  "axis-category-label-too-long": line({ axis_config: { categories: [x(21)] } }),
  "axis-label-too-long": line({ axis_config: { categories: ["c"], x_label: x(51) } }),
};

function source(size: number): Json {
  const task = { type: "task_card", task_id: "t", title: "t", status: "complete" };
  return { ...task, sources: [{ type: "url", url: x(size), text: "t" }] };
}

/** What the oracle says of a broken value, as the block or the view that it is. */
export const problemsOfBroken = (value: Json): readonly string[] =>
  value["type"] === "modal" ? problemsOfView(value) : problemsOfShape([value], "");
