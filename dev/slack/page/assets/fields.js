import { el, textNodes } from "./words.js";

/** One field of a window. Its state is read back by `valuesOf`. */
export function field(block, place) {
  const id = `field-${block.block_id}`;
  const { element } = block;
  const control = controlOf(element, id, place);
  const isGroup = ["radio_buttons", "checkboxes"].includes(element.type);
  const label = [
    ...textNodes(block.label, place.names),
    block.optional ? el("span", { class: "small" }, " (optional)") : null,
  ];
  return el(
    "div",
    { class: "field", "data-block": block.block_id, "data-action": element.action_id, "data-type": element.type },
    isGroup ? el("fieldset", {}, el("legend", {}, label), control) : [el("label", { for: id }, label), control],
    block.hint ? el("p", { class: "hint" }, textNodes(block.hint, place.names)) : null,
    el("p", { class: "error", role: "alert", hidden: true }),
  );
}

function controlOf(element, id, place) {
  switch (element.type) {
    case "plain_text_input":
      return element.multiline
        ? el(
            "textarea",
            { id, rows: "4", placeholder: element.placeholder?.text, maxlength: element.max_length },
            element.initial_value ?? "",
          )
        : textInput(id, element, "text");
    case "number_input":
      return textInput(id, element, "number");
    case "url_text_input":
      return textInput(id, element, "url");
    case "email_text_input":
      return textInput(id, element, "email");
    case "datepicker":
      return el("input", { id, type: "date", value: element.initial_date });
    case "timepicker":
      return el("input", { id, type: "time", value: element.initial_time });
    case "datetimepicker":
      return el("input", { id, type: "datetime-local", step: "1", value: localTime(element.initial_date_time) });
    case "radio_buttons":
    case "checkboxes":
      return choices(element, id);
    default:
      return choosing(element, id, place);
  }
}

const textInput = (id, element, type) =>
  el("input", {
    id,
    type,
    value: element.initial_value,
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
  });

function localTime(unix) {
  if (unix === undefined) return undefined;
  const at = new Date(unix * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function choices(element, id) {
  const isMany = element.type === "checkboxes";
  const chosen = (isMany ? (element.initial_options ?? []) : [element.initial_option]).map((option) => option?.value);
  return element.options.map((option) =>
    el(
      "label",
      { class: "choice" },
      el("input", {
        type: isMany ? "checkbox" : "radio",
        name: id,
        value: option.value,
        checked: chosen.includes(option.value),
        "data-words": option.text.text,
      }),
      " ",
      textNodes(option.text, {}),
      option.description ? el("span", { class: "small" }, ` ${option.description.text}`) : null,
    ),
  );
}

function choosing(element, id, place) {
  const groups = element.option_groups ?? [{ label: null, options: optionsOf(element, place) }];
  const isMany = element.type.startsWith("multi_");
  const initial = [
    element.initial_option?.value,
    element.initial_user,
    ...(element.initial_options ?? []).map(({ value }) => value),
  ];
  const option = (each) => el("option", { value: each.value, selected: initial.includes(each.value) }, each.text.text);
  return el(
    "select",
    { id, multiple: isMany },
    isMany ? null : el("option", { value: "" }, element.placeholder?.text ?? "Choose …"),
    groups.flatMap((group) =>
      group.label === null
        ? group.options.map(option)
        : el("optgroup", { label: group.label.text }, group.options.map(option)),
    ),
  );
}

function optionsOf(element, place) {
  const named = (each) => ({ value: each.id, text: { type: "plain_text", text: each.name } });
  if (element.type.includes("users_select")) return place.people.map(named);
  if (element.type.includes("channels_select") || element.type.includes("conversations_select")) {
    return place.channels.map(named);
  }
  return element.options ?? [];
}

/** What stands in the fields, in the shape in which Slack reports it. */
export function valuesOf(root) {
  const values = {};
  for (const node of root.querySelectorAll(".field")) {
    const { block, action, type } = node.dataset;
    values[block] = { ...values[block], [action]: { type, ...stateOf(node, type) } };
  }
  return values;
}

function stateOf(node, type) {
  const option = (value, words) => ({ text: { type: "plain_text", text: words, emoji: true }, value });
  if (type === "radio_buttons" || type === "checkboxes") {
    const chosen = [...node.querySelectorAll("input:checked")].map((input) => option(input.value, input.dataset.words));
    return type === "checkboxes" ? { selected_options: chosen } : { selected_option: chosen[0] ?? null };
  }
  const control = node.querySelector("input, textarea, select");
  const value = control.value === "" ? null : control.value;
  if (type === "datepicker") return { selected_date: value };
  if (type === "timepicker") return { selected_time: value };
  if (type === "datetimepicker")
    return { selected_date_time: value === null ? null : Math.floor(new Date(value).getTime() / 1000) };
  if (control.tagName !== "SELECT") return { value };
  if (type === "users_select") return { selected_user: value };
  if (type === "channels_select") return { selected_channel: value };
  if (type === "conversations_select") return { selected_conversation: value };
  const chosen = [...control.selectedOptions]
    .filter((each) => each.value !== "")
    .map((each) => option(each.value, each.textContent));
  return type.startsWith("multi_") ? { selected_options: chosen } : { selected_option: chosen[0] ?? null };
}
