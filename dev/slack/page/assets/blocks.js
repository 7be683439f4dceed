import { field } from "./fields.js";
import { el, linkNode, rich, textNodes } from "./words.js";

/** Every block that the bot sends. `place` says where it stands and takes presses: { names, press(element, block, chosen) }. */
export function drawBlocks(blocks, place) {
  return (blocks ?? []).map((block) => drawBlock(block, place));
}

const DRAWN = {
  section: (block, place) =>
    el(
      "div",
      { class: "block section" },
      el(
        "div",
        {},
        block.text ? el("div", { class: "words" }, textNodes(block.text, place.names)) : null,
        block.fields
          ? el(
              "div",
              { class: "fields" },
              block.fields.map((each) => el("div", { class: "words" }, textNodes(each, place.names))),
            )
          : null,
      ),
      block.accessory ? el("div", {}, drawElement(block.accessory, block, place)) : null,
    ),
  context: (block, place) =>
    el(
      "div",
      { class: "block context" },
      block.elements.map((each) =>
        each.type === "image" ? picture(each) : el("span", { class: "words" }, textNodes(each, place.names)),
      ),
    ),
  actions: (block, place) =>
    el(
      "div",
      { class: "block actions" },
      block.elements.map((each) => drawElement(each, block, place)),
    ),
  context_actions: (block, place) =>
    el(
      "div",
      { class: "block actions" },
      block.elements.map((each) => drawElement(each, block, place)),
    ),
  header: (block, place) => el("h3", { class: "block header" }, textNodes(block.text, place.names)),
  divider: () => el("div", { class: "block" }, el("hr")),
  rich_text: (block, place) => el("div", { class: "block rich" }, rich(block, place.names)),
  markdown: (block) => el("div", { class: "block words" }, block.text),
  image: (block, place) =>
    el(
      "figure",
      { class: "block picture" },
      block.title ? el("figcaption", { class: "small" }, textNodes(block.title, place.names)) : null,
      picture(block),
    ),
  container: drawContainer,
  plan: (block, place) =>
    el(
      "div",
      { class: "block card" },
      el("b", {}, block.title),
      el(
        "ul",
        { class: "tasks" },
        (block.tasks ?? []).map((task) => el("li", {}, drawTask(task, place))),
      ),
    ),
  task_card: (block, place) => el("div", { class: "block card" }, drawTask(block, place)),
  table: (block, place) => drawTable(block, place),
  data_table: (block, place) => drawTable(block, place),
  alert: (block, place) => el("div", { class: "block card", role: "note" }, textNodes(block.text, place.names)),
  card: (block, place) =>
    el(
      "div",
      { class: "block card" },
      block.title ? el("b", {}, textNodes(block.title, place.names)) : null,
      block.subtitle ? el("div", { class: "small" }, textNodes(block.subtitle, place.names)) : null,
      block.body ? el("div", { class: "words" }, textNodes(block.body, place.names)) : null,
      block.actions
        ? el(
            "div",
            { class: "actions" },
            block.actions.map((each) => drawElement(each, block, place)),
          )
        : null,
    ),
  carousel: (block, place) => el("div", { class: "block" }, drawBlocks(block.elements, place)),
  input: (block, place) => field(block, place),
};

function drawBlock(block, place) {
  const draw = DRAWN[block.type];
  return draw === undefined
    ? el("div", { class: "block small" }, `(a block of type ${block.type})`)
    : draw(block, place);
}

function drawContainer(block, place) {
  const head = [
    el("b", {}, textNodes(block.title, place.names)),
    block.subtitle ? el("span", { class: "sub" }, textNodes(block.subtitle, place.names)) : null,
  ];
  const inside = el("div", { class: "inside" }, drawBlocks(block.child_blocks, place));
  if (!block.is_collapsible) return el("div", { class: "block container" }, el("div", { class: "head" }, head), inside);
  const key = String(block.block_id ?? "").split(":")[0];
  const isOpen = place.folds?.get(key) ?? block.default_collapsed !== true;
  const details = el("details", { class: "block container", open: isOpen }, el("summary", {}, head), inside);
  details.addEventListener("toggle", () => place.folds?.set(key, details.open));
  return details;
}

const STATES = { pending: "Waiting", in_progress: "Working …", complete: "Done", error: "Failed" };

function drawTask(task, place) {
  return el(
    "div",
    { class: "task" },
    el("span", { class: "state" }, STATES[task.status] ?? task.status),
    el(
      "div",
      {},
      task.title,
      (task.sources ?? []).flatMap((source) => [" · ", linkNode(source.url, source.text)]),
      task.details ? el("div", { class: "rich" }, rich(task.details, place.names)) : null,
      task.output ? el("div", { class: "rich" }, rich(task.output, place.names)) : null,
    ),
  );
}

function drawTable(block, place) {
  const [head = [], ...rows] = block.rows ?? [];
  const words = (value) => (value.type === "rich_text" ? rich(value, place.names) : [value.text]);
  return el(
    "div",
    { class: "block scroll", tabindex: "0" },
    el(
      "table",
      {},
      block.caption ? el("caption", {}, block.caption) : null,
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          head.map((each) => el("th", { scope: "col" }, words(each))),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map((row) =>
          el(
            "tr",
            {},
            row.map((each) => el("td", {}, words(each))),
          ),
        ),
      ),
    ),
  );
}

function picture(block) {
  const src = block.slack_file?.id ? `/page/file/${block.slack_file.id}` : block.image_url;
  return el("img", { src, alt: block.alt_text, loading: "lazy" });
}

/** One thing that can be pressed or chosen. */
export function drawElement(element, block, place) {
  const press = (chosen) => place.press(element, block, chosen);
  switch (element.type) {
    case "button":
      return drawButton(element, press);
    case "icon_button":
      return el(
        "button",
        { type: "button", title: element.text?.text, onclick: () => press() },
        element.text?.text ?? "Delete",
      );
    case "feedback_buttons":
      return el(
        "span",
        { class: "actions" },
        drawButton(element.positive_button, () => press("positive")),
        drawButton(element.negative_button, () => press("negative")),
      );
    case "overflow":
      return drawOverflow(element, press);
    case "image":
      return picture(element);
    case "static_select":
    case "users_select":
      return drawSelect(element, press, place);
    default:
      return el("span", { class: "small" }, `(${element.type})`);
  }
}

function drawButton(button, press) {
  const words = textNodes(button.text, {});
  const attributes = {
    type: "button",
    class: button.style ?? "",
    "aria-label": button.accessibility_label,
    onclick: () => {
      if (button.url) window.open(button.url, "_blank", "noopener");
      press();
    },
  };
  return el("button", attributes, words);
}

function drawOverflow(element, press) {
  const details = el("details", { class: "pop" });
  const choose = (option) => {
    details.open = false;
    if (option.url) window.open(option.url, "_blank", "noopener");
    press(option.value);
  };
  details.append(
    el("summary", { "aria-label": "More actions" }, "⋯"),
    el(
      "ul",
      {},
      element.options.map((option) =>
        el("li", {}, el("button", { type: "button", onclick: () => choose(option) }, textNodes(option.text, {}))),
      ),
    ),
  );
  return details;
}

function drawSelect(element, press, place) {
  const options =
    element.type === "users_select"
      ? place.people.map(({ id, name }) => ({ value: id, text: { type: "plain_text", text: name } }))
      : (element.options ?? element.option_groups.flatMap((group) => group.options));
  const select = el(
    "select",
    { "aria-label": element.placeholder?.text ?? "Choose", onchange: () => select.value !== "" && press(select.value) },
    el("option", { value: "" }, element.placeholder?.text ?? "Choose …"),
    options.map((option) =>
      el("option", { value: option.value, selected: option.value === element.initial_option?.value }, option.text.text),
    ),
  );
  return select;
}
