import { drawMessage } from "./messages.js";
import { drawCanvas, drawHome } from "./places.js";
import { showWindow } from "./windows.js";
import { el } from "./words.js";

const byId = (id) => document.getElementById(id);

const page = {
  me: sessionStorage.getItem("me") ?? "U0ADA",
  at: { kind: "channel", id: "C0INCIDENTS" },
  thread: null,
  direct: null,
  shortcuts: [],
  demo: [],
  picture: null,
  folds: new Map(),
  drawn: new Map(),
};

async function ask(body) {
  const response = await fetch("/page/act", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ me: page.me, ...body }),
  });
  const answer = await response.json();
  if (answer.problem) notice(answer.problem);
  return answer;
}

let noticeTimer = 0;
function notice(words) {
  const node = byId("notice");
  node.textContent = words;
  node.hidden = false;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => {
    node.hidden = true;
  }, 7000);
}

async function load() {
  const response = await fetch(`/page/state?me=${encodeURIComponent(page.me)}`);
  page.picture = await response.json();
  draw();
}

/** What the drawing of a message needs of this page. */
const shared = {
  picture: () => page.picture,
  me: () => page.me,
  shortcuts: () => page.shortcuts,
  folds: page.folds,
  ask,
  openThread,
  place: () => place(),
};

const place = () => ({
  names: page.picture.names,
  people: page.picture.people,
  channels: page.picture.channels,
});

function draw() {
  drawSide();
  drawMain();
  drawThread();
  showWindow(page.picture.window, { act: ask, place, notice });
}

function entry(words, isHere, go) {
  return el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        "aria-current": isHere ? "page" : undefined,
        onclick: () => {
          closeMenu();
          go();
        },
      },
      words,
    ),
  );
}

const lists = new Map();
/** Replaces a list only when something in it changed, so that the keyboard's place is not lost. */
function replaceList(id, key, make) {
  if (lists.get(id) === key) return;
  lists.set(id, key);
  byId(id).replaceChildren(...make());
}

function drawSide() {
  const { picture, at } = page;
  byId("team").textContent = picture.team;
  const here = JSON.stringify([
    at,
    page.me,
    page.direct,
    page.shortcuts.length,
    page.demo.length,
    picture.canvases.map(({ id }) => id),
  ]);
  replaceList("me", here, () =>
    picture.people.map(({ id, name }) => el("option", { value: id, selected: id === page.me }, name)),
  );
  replaceList("channels", here, () =>
    picture.channels.map(({ id, name, isPrivate }) =>
      entry(isPrivate ? `${name} (private)` : `# ${name}`, at.id === id, () => go({ kind: "channel", id })),
    ),
  );
  byId("canvas-part").hidden = picture.canvases.length === 0;
  replaceList("canvases", here, () =>
    picture.canvases.map(({ id, title }) => entry(title || "Canvas", at.id === id, () => go({ kind: "canvas", id }))),
  );
  replaceList("app", here, () => [
    entry("TraceOps: Home", at.kind === "home", () => {
      go({ kind: "home", id: "" });
      void ask({ do: "home" });
    }),
    entry("TraceOps: direct messages", at.kind === "direct", () => go({ kind: "direct", id: page.direct })),
  ]);
  replaceList("shortcuts", here, () =>
    page.shortcuts
      .filter(({ type }) => type === "global")
      .map(({ id, name }) => entry(name, false, () => ask({ do: "shortcut", id }))),
  );
  replaceList("demo", here, () => page.demo.map((name) => entry(name, false, () => ask({ do: "demo", name }))));
}

function go(at) {
  page.at = at;
  page.thread = null;
  page.drawn.clear();
  draw();
  byId("main").focus();
}

function drawMain() {
  const { picture, at } = page;
  const isHome = at.kind === "home";
  byId("write").hidden = isHome || at.kind === "canvas";
  const channel = picture.channels.find(({ id }) => id === at.id);
  const name = isHome
    ? "TraceOps: Home"
    : at.kind === "direct"
      ? "TraceOps"
      : channel?.isPrivate
        ? channel.name
        : `# ${channel?.name ?? ""}`;
  byId("channel-name").textContent = name;
  document.title = `${name} · ${picture.team}`;
  byId("text").placeholder = at.kind === "direct" ? "Message TraceOps" : "Message, or type /traceops";
  if (isHome) {
    drawHome(shared);
    return;
  }
  if (at.kind === "canvas") {
    drawCanvas(
      shared,
      picture.canvases.find(({ id }) => id === at.id),
    );
    return;
  }
  const roots = picture.messages.filter((message) => message.channel === at.id && message.threadTs === null);
  drawMessages(byId("messages"), roots, { inThread: false, empty: "Nothing here yet." });
}

function drawThread() {
  const { picture, thread } = page;
  byId("main").classList.toggle("threaded", thread !== null);
  byId("thread").hidden = thread === null;
  if (thread === null) return;
  const inside = picture.messages.filter(
    (message) => message.channel === page.at.id && (message.ts === thread || message.threadTs === thread),
  );
  drawMessages(byId("replies"), inside, { inThread: true, empty: "The message of this thread is gone." });
}

/** Draws only what changed: what a person is reading or pressing stays as it is. */
function drawMessages(list, messages, { inThread, empty }) {
  delete list.dataset.key;
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  const wasEmpty = list.childElementCount === 0;
  const nodes = messages.map((message) => {
    const count = page.picture.messages.filter(
      ({ channel, threadTs }) => channel === message.channel && threadTs === message.ts,
    ).length;
    const key = `${inThread}:${message.kind}:${message.ts}`;
    const state = JSON.stringify([message, count]);
    const known = page.drawn.get(key);
    // A menu that somebody has open stays; closing it draws again.
    if (known?.state === state || known?.node.querySelector("details.pop[open]")) return known.node;
    const node = drawMessage(message, { count, inThread, page: shared });
    page.drawn.set(key, { state, node });
    return node;
  });
  if (nodes.length === 0) nodes.push(el("p", { class: "empty" }, empty));
  const isSame = nodes.length === list.children.length && nodes.every((node, index) => list.children[index] === node);
  if (!isSame) list.replaceChildren(...nodes);
  if (!inThread && (isAtEnd || wasEmpty)) list.scrollTop = list.scrollHeight;
}

function openThread(ts) {
  page.thread = ts;
  draw();
  byId("replies").scrollTop = 0;
  // On a phone the keyboard would cover what was asked for.
  if (matchMedia("(min-width: 701px)").matches) byId("reply").focus({ preventScroll: true });
}

function onWrite(form, input, more) {
  const send = async () => {
    const text = input.value;
    if (text.trim() === "") return;
    input.value = "";
    await ask({ do: "say", channel: page.at.id, text, ...more() });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void send();
  });
}

onWrite(byId("write"), byId("text"), () => ({}));
onWrite(byId("write-reply"), byId("reply"), () => ({ threadTs: page.thread }));
byId("close-thread").addEventListener("click", () => {
  page.thread = null;
  draw();
});
byId("menu").addEventListener("click", () => {
  const isOpen = byId("side").classList.toggle("open");
  byId("menu").setAttribute("aria-expanded", String(isOpen));
});
byId("me").addEventListener("change", async (event) => {
  page.me = event.target.value;
  sessionStorage.setItem("me", page.me);
  page.drawn.clear();
  await meet();
  await load();
});
function closeMenu() {
  byId("side").classList.remove("open");
  byId("menu").setAttribute("aria-expanded", "false");
}
document.addEventListener("click", (event) => {
  if (!byId("side").contains(event.target) && event.target !== byId("menu")) closeMenu();
  for (const open of document.querySelectorAll("details.pop[open]"))
    if (!open.contains(event.target)) open.open = false;
});
document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches("details.pop:not([open])") && page.picture !== null) draw();
  },
  true,
);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  closeMenu();
  for (const open of document.querySelectorAll("details.pop[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
byId("zone").textContent = `Times are in ${Intl.DateTimeFormat().resolvedOptions().timeZone}, your time zone.`;

async function learn() {
  const { shortcuts = [], demo = [] } = await ask({ do: "shortcuts" });
  page.shortcuts = shortcuts;
  page.demo = demo;
}

async function meet() {
  page.direct = (await ask({ do: "direct" })).channel;
  if (page.at.kind === "direct") page.at.id = page.direct;
}

async function start() {
  await learn();
  await meet();
  await load();
  // A link may ask for the newest thread to be open.
  const answered = page.picture.messages.findLast(({ threadTs }) => threadTs !== null);
  if (location.hash === "#thread" && answered !== undefined) openThread(answered.threadTs);
  if (location.hash === "#home") byId("app").querySelector("button").click();
  const changes = new EventSource("/page/changes");
  changes.addEventListener("message", async () => {
    if (page.demo.length === 0) await learn();
    await load();
  });
  changes.addEventListener("error", () => notice("The workspace stopped. Start it again with npm run dev:slack."));
}

void start();
