import { drawBlocks } from "./blocks.js";
import { valuesOf } from "./fields.js";
import { el, textNodes } from "./words.js";

/** Asks before something happens; true when the person said yes. */
export function confirmed(confirm) {
  const dialog = document.getElementById("ask");
  return new Promise((resolve) => {
    const end = (answer) => {
      dialog.close();
      resolve(answer);
    };
    dialog.replaceChildren(
      el(
        "div",
        { class: "frame" },
        el("header", {}, el("h2", { id: "ask-title" }, confirm.title?.text ?? "Are you sure?")),
        el("div", { class: "body words" }, textNodes(confirm.text, {})),
        el(
          "footer",
          {},
          el("button", { type: "button", onclick: () => end(false) }, confirm.deny?.text ?? "Cancel"),
          el(
            "button",
            { type: "button", class: confirm.style === "danger" ? "danger" : "primary", onclick: () => end(true) },
            confirm.confirm?.text ?? "Yes",
          ),
        ),
      ),
    );
    dialog.oncancel = () => resolve(false);
    dialog.showModal();
  });
}

let shownKey = "";

/** Shows the topmost window of this person, or none. What was typed stays while the window does. */
export function showWindow(open, page) {
  const dialog = document.getElementById("window");
  const key = open === null ? "" : `${open.id}:${open.hash}`;
  if (key === shownKey) return;
  shownKey = key;
  if (open === null) {
    dialog.close();
    return;
  }
  draw(dialog, open, page);
  // A window that was drawn again lost what had the focus: the keyboard goes on at its first field.
  if (dialog.open) dialog.querySelector(".body :is(select, input, textarea, button)")?.focus();
  else dialog.showModal();
}

function draw(dialog, open, page) {
  const { view } = open;
  const place = {
    ...page.place(),
    press: (element, block, chosen) =>
      page.act({
        do: "press",
        where: "view",
        viewId: open.id,
        actionId: element.action_id,
        blockId: block.block_id,
        chosen,
      }),
  };
  const close = () => page.act({ do: "close", viewId: open.id });
  const form = el(
    "form",
    { novalidate: true },
    el(
      "header",
      {},
      el("h2", { id: "window-title" }, textNodes(view.title, {})),
      el("button", { type: "button", "aria-label": "Close this window", onclick: close }, "✕"),
    ),
    el("div", { class: "body" }, drawBlocks(view.blocks, place)),
    el(
      "footer",
      {},
      el("button", { type: "button", onclick: close }, view.close?.text ?? "Close"),
      view.submit ? el("button", { type: "submit", class: "primary" }, view.submit.text) : null,
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form, open, page);
  });
  dialog.oncancel = (event) => {
    event.preventDefault();
    void close();
  };
  dialog.replaceChildren(form);
}

async function send(form, open, page) {
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  const missing = requiredButEmpty(form, open.view);
  const answer =
    Object.keys(missing).length > 0
      ? { kind: "errors", errors: missing }
      : await page.act({ do: "submit", viewId: open.id, values: valuesOf(form) });
  button.disabled = false;
  const errors = answer.kind === "errors" ? answer.errors : {};
  let first = null;
  for (const node of form.querySelectorAll(".field")) {
    const words = errors[node.dataset.block];
    const line = node.querySelector(".error");
    line.hidden = words === undefined;
    line.textContent = words ?? "";
    if (words !== undefined) first ??= node.querySelector("input, textarea, select");
  }
  first?.focus();
  if (answer.kind === "failed") page.notice("TraceOps did not answer within 3 seconds. Try again.");
}

/** Slack itself refuses a window with an empty field that is not optional. */
function requiredButEmpty(form, view) {
  const values = valuesOf(form);
  const missing = {};
  for (const block of view.blocks.filter(({ type, optional }) => type === "input" && !optional)) {
    const { type: _, ...state } = values[block.block_id]?.[block.element.action_id] ?? {};
    const isEmpty = Object.values(state).every((value) => value === null || value === undefined || value.length === 0);
    if (isEmpty) missing[block.block_id] = "Please complete this required field.";
  }
  return missing;
}
