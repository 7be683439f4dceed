import { drawBlocks } from "./blocks.js";
import { pressed } from "./messages.js";
import { el } from "./words.js";

/** The App Home of this person. */
export function drawHome(page) {
  const { home } = page.picture();
  const key = `home:${home?.hash ?? ""}`;
  const list = document.getElementById("messages");
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  const press = (element, block, chosen) =>
    pressed(page, element, {
      do: "press",
      where: "home",
      actionId: element.action_id,
      blockId: block.block_id,
      chosen,
    });
  const blocks =
    home === null
      ? [el("p", { class: "empty" }, "TraceOps has not drawn its home yet.")]
      : drawBlocks(home.blocks, { ...page.place(), press, folds: page.folds });
  list.replaceChildren(el("div", { class: "home" }, blocks));
}

/** A canvas is a document that everybody may change; what a person is writing is never drawn over. */
export function drawCanvas(page, canvas) {
  document.getElementById("channel-name").textContent = canvas.title || "Canvas";
  const key = `canvas:${canvas.id}:${canvas.markdown}`;
  const list = document.getElementById("messages");
  if (list.dataset.key === key || list.querySelector("textarea:focus")) return;
  list.dataset.key = key;
  const area = el("textarea", { "aria-label": "Text of the canvas", spellcheck: "false" }, canvas.markdown);
  const save = () => {
    area.blur();
    void page.ask({ do: "canvas", id: canvas.id, markdown: area.value });
  };
  list.replaceChildren(
    el("div", { class: "canvas" }, area, el("button", { type: "button", class: "primary", onclick: save }, "Save")),
  );
}
