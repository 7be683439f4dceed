/** Text as people see it: Slack's markup, dates in the reader's own zone, rich text. Everything becomes nodes, never HTML. */

/** An element with attributes and children. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Circles are drawn, so that they show on machines without an emoji font. */
const CIRCLES = {
  red_circle: "red",
  large_orange_circle: "orange",
  large_yellow_circle: "yellow",
  large_green_circle: "green",
  large_blue_circle: "blue",
  white_circle: "white",
};

const EMOJI = {
  white_check_mark: "✅",
  warning: "⚠️",
  eyes: "👀",
  pushpin: "📌",
  "+1": "👍",
  thumbsup: "👍",
  "-1": "👎",
  tada: "🎉",
  hourglass_flowing_sand: "⏳",
  bar_chart: "📊",
  mag: "🔍",
  x: "❌",
  wave: "👋",
};

export const emoji = (name) => EMOJI[name] ?? `:${name}:`;

/** A node for an emoji by name; null when nobody knows it. */
function emojiNode(name) {
  if (CIRCLES[name] !== undefined) {
    return el("span", { class: `dot ${CIRCLES[name]}`, role: "img", "aria-label": name.replaceAll("_", " ") });
  }
  if (name === "white_check_mark") return el("span", { class: "check", role: "img", "aria-label": "check mark" }, "✓");
  return EMOJI[name] === undefined ? null : document.createTextNode(EMOJI[name]);
}

/** A time as this reader's clock shows it, in one of Slack's formats. */
export function dateWords(unix, format) {
  const at = new Date(unix * 1000);
  const say = (options) => at.toLocaleString(undefined, options);
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const parts = {
    time: () => say(time),
    time_secs: () => say({ ...time, second: "2-digit" }),
    date_num: () => at.toISOString().slice(0, 10),
    date: () => say({ month: "long", day: "numeric", year: "numeric" }),
    date_short: () => say({ month: "short", day: "numeric", year: "numeric" }),
    date_long: () => say({ weekday: "long", month: "long", day: "numeric", year: "numeric" }),
    date_pretty: () => pretty(at, () => say({ month: "long", day: "numeric" })),
    date_short_pretty: () => pretty(at, () => say({ month: "short", day: "numeric" })),
    date_long_pretty: () => pretty(at, () => say({ weekday: "long", month: "long", day: "numeric" })),
    ago: () => ago(at),
  };
  return format.replaceAll(/\{(\w+)\}/gu, (whole, name) => (parts[name] === undefined ? whole : parts[name]()));
}

function pretty(at, otherwise) {
  const days = Math.round((startOfDay(new Date()) - startOfDay(at)) / 86_400_000);
  if (days === 0) return "today";
  if (days === 1) return "yesterday";
  return otherwise();
}

const startOfDay = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();

function ago(at) {
  const minutes = Math.round((Date.now() - at.getTime()) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 1440 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} d ago`;
}

export const dateNode = (unix, format, fallback) =>
  el("time", { datetime: new Date(unix * 1000).toISOString(), title: fallback }, dateWords(unix, format));

export const linkNode = (url, words) =>
  /^https?:/u.test(url)
    ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, words)
    : el("span", {}, words);

const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const MARKUP =
  /```([\s\S]+?)```|`([^`\n]+)`|<([^>\n]+)>|(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])|(?<![\w_])_([^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])|(?<![\w~])~([^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])|:([a-z0-9_+-]+):/gu;

/** Nodes for text in Slack's own markup. */
export function markup(source, names) {
  const nodes = [];
  for (const [index, line] of source.split(/(?<=\n)(?=&gt; )|(?<=^&gt; [^\n]*)\n/u).entries()) {
    if (line.startsWith("&gt; ")) nodes.push(el("blockquote", {}, inline(line.slice(5), names)));
    else nodes.push(...inline(index === 0 ? line : line, names));
  }
  return nodes;
}

function inline(source, names) {
  const nodes = [];
  let at = 0;
  for (const match of source.matchAll(MARKUP)) {
    if (match.index > at) nodes.push(unescaped(source.slice(at, match.index)));
    nodes.push(markedUp(match, names));
    at = match.index + match[0].length;
  }
  if (at < source.length) nodes.push(unescaped(source.slice(at)));
  return nodes;
}

function markedUp([whole, block, code, angle, bold, italic, struck, face], names) {
  if (block !== undefined) return el("pre", {}, unescaped(block.replace(/^\n/u, "")));
  if (code !== undefined) return el("code", {}, unescaped(code));
  if (angle !== undefined) return angled(angle, names);
  if (bold !== undefined) return el("b", {}, inline(bold, names));
  if (italic !== undefined) return el("i", {}, inline(italic, names));
  if (struck !== undefined) return el("s", {}, inline(struck, names));
  return emojiNode(face) ?? whole;
}

function angled(inside, names) {
  const date = /^!date\^(\d+)\^([^|^]+)(?:\^([^|]*))?\|(.*)$/u.exec(inside);
  if (date !== null) {
    const node = dateNode(Number(date[1]), date[2], date[4]);
    return date[3] === undefined ? node : linkNode(date[3], node);
  }
  if (inside.startsWith("@")) return el("span", { class: "mention" }, `@${names[inside.slice(1)] ?? inside.slice(1)}`);
  if (inside.startsWith("#")) return el("span", { class: "mention" }, `#${inside.split("|")[1] ?? inside.slice(1)}`);
  if (inside.startsWith("!")) return el("span", { class: "mention" }, `@${inside.slice(1)}`);
  const [url, words] = inside.split("|");
  return linkNode(unescaped(url), unescaped(words ?? url));
}

/** Nodes for a text object. */
export function textNodes(text, names) {
  if (text === undefined || text === null) return [];
  if (typeof text === "string") return [text];
  if (text.type === "mrkdwn") return markup(text.text, names);
  return [
    text.text.replaceAll(/:([a-z0-9_+-]+):/gu, (whole, name) =>
      text.emoji === false ? whole : (EMOJI[name] ?? whole),
    ),
  ];
}

/** Nodes for a rich text block. */
export function rich(block, names) {
  return (block.elements ?? []).map((element) => richElement(element, names));
}

function richElement(element, names) {
  const inside = () => (element.elements ?? []).map((leaf) => richLeaf(leaf, names));
  switch (element.type) {
    case "rich_text_list": {
      const items = (element.elements ?? []).map((item) =>
        el(
          "li",
          {},
          (item.elements ?? []).map((leaf) => richLeaf(leaf, names)),
        ),
      );
      const list = el(
        element.style === "ordered" ? "ol" : "ul",
        { start: element.offset ? element.offset + 1 : undefined },
        items,
      );
      return element.indent ? el("div", { class: `indent indent-${element.indent}` }, list) : list;
    }
    case "rich_text_preformatted":
      return el("pre", {}, inside());
    case "rich_text_quote":
      return el("blockquote", {}, inside());
    default:
      return el("div", { class: "words" }, inside());
  }
}

function richLeaf(leaf, names) {
  const node = leafNode(leaf, names);
  const style = leaf.style ?? {};
  let shown = node;
  for (const [key, tag] of [
    ["code", "code"],
    ["bold", "b"],
    ["italic", "i"],
    ["strike", "s"],
    ["underline", "u"],
  ]) {
    if (style[key]) shown = el(tag, {}, shown);
  }
  return shown;
}

function leafNode(leaf, names) {
  switch (leaf.type) {
    case "text":
      return leaf.text;
    case "link":
      return linkNode(leaf.url, leaf.text ?? leaf.url);
    case "date": {
      const node = dateNode(leaf.timestamp, leaf.format, leaf.fallback);
      return leaf.url ? linkNode(leaf.url, node) : node;
    }
    case "emoji":
      return emojiNode(leaf.name) ?? `:${leaf.name}:`;
    case "user":
      return el("span", { class: "mention" }, `@${names[leaf.user_id] ?? leaf.user_id}`);
    case "channel":
      return el("span", { class: "mention" }, `#${leaf.channel_id}`);
    default:
      return `[${leaf.type}]`;
  }
}
