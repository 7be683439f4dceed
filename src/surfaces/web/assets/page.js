// Keeps an open incident page fresh and sends votes without leaving it. The page works without this file.

const POLL_MS = 15_000;
const MESSAGE_MS = 8_000;

const main = document.querySelector("main");
const status = document.querySelector("#status");
const state = { sequence: Number(main?.dataset.sequence ?? 0), refreshing: null, hideStatus: 0 };

function say(words) {
  if (!status || words === "") return;
  status.textContent = words;
  clearTimeout(state.hideStatus);
  state.hideStatus = setTimeout(() => (status.textContent = ""), MESSAGE_MS);
}

/** What a reader has done to the page and must find again after it was drawn anew. */
function remember() {
  const focus = document.activeElement;
  const input = document.querySelector("#voter-name");
  return {
    focusId: main.contains(focus) ? focus.id : "",
    typed: input ? input.value : null,
    caret: focus === input && input ? [input.selectionStart, input.selectionEnd] : null,
    open: new Map([...main.querySelectorAll("details[id]")].map((details) => [details.id, details.open])),
    anchor: anchorInView(),
  };
}

/** The first thing with an id that is in view, and where it stands: it must not move under the reader's eyes. */
function anchorInView() {
  for (const element of main.querySelectorAll("[id]")) {
    const { top, height } = element.getBoundingClientRect();
    if (height > 0 && top >= 0) return { id: element.id, top };
  }
  return null;
}

function restore(memory) {
  for (const [id, isOpen] of memory.open) {
    const details = document.getElementById(id);
    if (details) details.open = isOpen;
  }
  const input = document.querySelector("#voter-name");
  if (input && memory.typed !== null) input.value = memory.typed;
  if (memory.focusId !== "") {
    const target = document.getElementById(memory.focusId) ?? main;
    target.focus({ preventScroll: true });
    if (memory.caret && target === input) input.setSelectionRange(...memory.caret);
  }
  const anchor = memory.anchor && document.getElementById(memory.anchor.id);
  if (anchor) window.scrollBy(0, anchor.getBoundingClientRect().top - memory.anchor.top);
}

/** Draws the page anew from the server; returns what changed in words, or nothing when it did not. */
async function redraw() {
  const response = await fetch(location.pathname, {
    headers: { accept: "text/html" },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) return false;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = fresh.querySelector("main");
  if (!next) return false;
  const sequence = Number(next.dataset.sequence ?? 0);
  if (sequence === state.sequence) return false;
  const memory = remember();
  main.replaceChildren(...next.childNodes);
  main.dataset.sequence = String(sequence);
  state.sequence = sequence;
  document.title = fresh.title;
  restore(memory);
  return true;
}

/** One redraw at a time; a request that comes while one runs gets that one and then looks once more. */
async function refresh() {
  if (state.refreshing) await state.refreshing.catch(() => false);
  state.refreshing = redraw();
  try {
    return await state.refreshing;
  } finally {
    state.refreshing = null;
  }
}

async function onState(event) {
  const { sequence, notification } = JSON.parse(event.data);
  if (sequence === state.sequence) return;
  if (await refresh().catch(() => false)) say(`Updated. ${notification}`);
}

/** A server that has no room for another stream is asked now and then instead. */
function poll() {
  setInterval(async () => {
    if (document.visibilityState === "hidden") return;
    if (await refresh().catch(() => false)) say("Updated.");
  }, POLL_MS);
}

async function vote(event) {
  event.preventDefault();
  const form = event.target;
  const button = event.submitter;
  if (!button || button.name !== "vote") return;
  const colon = button.value.lastIndexOf(":");
  const fields = new FormData(form);
  const body = {
    hypothesisId: button.value.slice(0, colon),
    verdict: button.value.slice(colon + 1),
    name: fields.get("name") ?? "",
  };
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { "content-type": "application/json", "x-traceops-token": fields.get("token") ?? "" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const answer = await response.json();
    await refresh().catch(() => false);
    say(answer.message ?? "The vote was not recorded. Try again.");
  } catch {
    say("The vote was not recorded: the server did not answer. Try again.");
  }
}

/** A link to a record opens whatever it is folded into. */
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target && (target.closest("details") ?? target.querySelector(":scope > details"));
  if (folded) folded.open = true;
}

if (main?.dataset.stream) {
  document.addEventListener("submit", (event) => {
    if (event.target.id === "feedback") void vote(event);
  });
  window.addEventListener("hashchange", openTarget);
  openTarget();
  const stream = new EventSource(main.dataset.stream);
  stream.addEventListener("state", (event) => void onState(event));
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) poll();
  });
  window.addEventListener("pagehide", () => stream.close());
}
