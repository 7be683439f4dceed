import { drawBlocks } from "./blocks.js";
import { confirmed } from "./windows.js";
import { dateWords, el, emoji, linkNode, markup } from "./words.js";

const REACTIONS = { eyes: "eyes", "+1": "thumbs up", pushpin: "a pushpin", white_check_mark: "a check mark" };

/** One message, whisper or file, with its thread, reactions and menu. */
export function drawMessage(message, { count, inThread, page }) {
  const isBot = message.user === page.picture().bot.id;
  const isWhisper = message.kind === "whisper";
  const folds = foldsOf(page, message.ts);
  const press = (element, block, chosen) =>
    pressed(page, element, {
      do: "press",
      where: isWhisper ? "whisper" : "message",
      channel: message.channel,
      ts: message.ts,
      actionId: element.action_id,
      blockId: block.block_id,
      chosen,
    });
  const body = message.file
    ? [
        el(
          "p",
          { class: "block card" },
          "File: ",
          linkNode(new URL(`/page/file/${message.file.id}`, location.href).href, message.file.name),
        ),
      ]
    : message.blocks?.length
      ? drawBlocks(message.blocks, { ...page.place(), press, folds })
      : [el("div", { class: "block words" }, markup(message.text, page.picture().names))];
  return el(
    "article",
    { class: message.kind, "aria-label": `${message.name}: ${message.text.slice(0, 200)}` },
    el("span", { class: `face${isBot ? " bot" : ""}`, "aria-hidden": "true" }, message.name.slice(0, 1)),
    el(
      "div",
      {},
      el(
        "div",
        { class: "by" },
        el("b", {}, message.name),
        isBot ? el("span", { class: "tag" }, "APP") : null,
        el("span", { class: "small" }, dateWords(Number(message.ts), "{time}")),
        message.edits > 0 ? el("span", { class: "small" }, "(edited)") : null,
      ),
      isWhisper ? el("div", { class: "only-you" }, "Only visible to you") : null,
      body,
      message.unfurls.map(({ url, what }) => drawUnfurl(page, message, { url, what })),
      drawReactions(page, message),
      !inThread && count > 0
        ? el(
            "button",
            { type: "button", class: "thread-link", onclick: () => page.openThread(message.ts) },
            `${count} ${count === 1 ? "reply" : "replies"}: open thread`,
          )
        : null,
    ),
    message.kind === "message" ? drawTools(page, message, inThread) : null,
  );
}

function foldsOf(page, ts) {
  if (!page.folds.has(ts)) page.folds.set(ts, new Map());
  return page.folds.get(ts);
}

function drawUnfurl(page, message, { url, what }) {
  const more = () => page.ask({ do: "details", url, channel: message.channel, ts: message.ts });
  return el(
    "div",
    { class: "unfurl" },
    what?.blocks
      ? drawBlocks(what.blocks, { ...page.place(), press: () => undefined })
      : el("p", {}, what?.text ?? url),
    el("button", { type: "button", onclick: more }, "Details"),
  );
}

function drawReactions(page, message) {
  if (message.reactions.length === 0) return null;
  return el(
    "div",
    { class: "reactions" },
    message.reactions.map(({ name, users }) => {
      const isMine = users.includes(page.me());
      return el(
        "button",
        {
          type: "button",
          "aria-pressed": String(isMine),
          "aria-label": `${name}, ${users.length}`,
          onclick: () => page.ask({ do: "react", channel: message.channel, ts: message.ts, name, on: !isMine }),
        },
        `${emoji(name)} ${users.length}`,
      );
    }),
  );
}

function drawTools(page, message, inThread) {
  const details = el("details", { class: "pop" });
  const item = (words, act, label) =>
    el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          "aria-label": label,
          onclick: () => {
            details.open = false;
            act();
          },
        },
        words,
      ),
    );
  const { channel, ts } = message;
  details.append(
    el("summary", { "aria-label": `Actions for the message of ${message.name}` }, "⋯"),
    el(
      "ul",
      {},
      inThread ? null : item("Reply in thread", () => page.openThread(ts)),
      page
        .shortcuts()
        .filter(({ type }) => type === "message")
        .map(({ id, name }) => item(`${name} (TraceOps)`, () => page.ask({ do: "shortcut", id, channel, ts }))),
      Object.keys(REACTIONS).map((name) =>
        item(`React with ${REACTIONS[name]}`, () => page.ask({ do: "react", channel, ts, name, on: true })),
      ),
      item("Delete the message", () => page.ask({ do: "delete", ts })),
    ),
  );
  return el("div", { class: "tools" }, details);
}

/** A press, after the question that the button asks for. */
export async function pressed(page, element, body) {
  if (element.confirm && !(await confirmed(element.confirm))) return;
  await page.ask(body);
}
