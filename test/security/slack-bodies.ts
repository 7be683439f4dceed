import {
  closeView,
  globalShortcut,
  messageShortcut,
  press,
  pressInView,
  slashCommand,
  submitView,
} from "../../dev/slack/payloads/acts.ts";
import {
  directMessage,
  entityDetailsRequested,
  homeOpened,
  joined,
  linkShared,
  mention,
  metadataPosted,
  reaction,
  tokensRevoked,
  uninstalled,
} from "../../dev/slack/payloads/events.ts";
import type { Sent } from "../../dev/slack/payloads/sent.ts";
import { EARS } from "../../src/surfaces/slack/listen.ts";

const PAGE = "https://traceops.example.com/i/INC-7";
const user = "U0ADA";
const value = JSON.stringify({ v: 1, i: "INC-7", r: 3, h: "h1", a: "yes" });
const of = { user, eventId: "Ev1" } as const;
/** Another workspace's: ours must stay open for the rest of a run. */
const elsewhere = { eventId: "Ev2", team: { id: "T0ELSE", domain: "else" } } as const;

const windowOf = (callback: string) => ({
  id: "V1",
  type: "modal",
  callback_id: callback,
  private_metadata: JSON.stringify({ incident: "INC-7", channel: "C0INCIDENTS", hypothesis: "h1" }),
  title: { type: "plain_text", text: "W" },
  blocks: [],
});

/** Whatever can happen in Slack, once each: every event, every button, every window, every shortcut, the command. */
export function slackBodies(responseUrl: string): readonly Sent[] {
  const actions = EARS.flatMap(({ actions: named = [] }) => named).map((action) =>
    typeof action === "string" ? action : "hyp.feedback",
  );
  const views = EARS.flatMap(({ views: named = [] }) => named);
  const shortcuts = EARS.flatMap(({ shortcuts: named = [] }) => named);
  const message = { ts: "1795000000.000009", user: "U0BOB", text: "payments is slow since the deploy" };
  return [
    ...["why", "status", "ack", "graph checkout", "nonsense <@U1>"].map((text) => mention({ ...of, text })),
    directMessage({ ...of, text: "why" }),
    homeOpened(of),
    reaction({ ...of, name: "pushpin", on: true }),
    reaction({ ...of, name: "pushpin", on: false }),
    linkShared({ ...of, urls: [PAGE] }),
    entityDetailsRequested({ ...of, url: PAGE, triggerId: "1.2.3" }),
    metadataPosted({ ...of, metadata: { event_type: "traceops_message", event_payload: { nonce: "n" } } }),
    joined(of),
    uninstalled(elsewhere),
    tokensRevoked({ ...elsewhere, bots: ["U0BOT"] }),
    ...actions.flatMap((action) => [
      press({ user, action, value, responseUrl }),
      press({ user, action, value, responseUrl, kind: "overflow" }),
      pressInView({ user, action, value, view: windowOf("words") }),
    ]),
    press({ user, action: "nobody.hears", value, responseUrl }),
    ...views.flatMap((callback) => [
      submitView({ user, view: windowOf(callback), text: "the disk was full" }),
      closeView({ user, view: windowOf(callback) }),
    ]),
    submitView({ user, view: windowOf("nobody.hears") }),
    ...shortcuts.flatMap((callbackId) => [
      messageShortcut({ user, callbackId, responseUrl, message }),
      globalShortcut({ user, callbackId }),
    ]),
    ...["", "why INC-7", "status", "graph checkout", "ack INC-7", "\u0000"].map((text) =>
      slashCommand({ user, text, responseUrl }),
    ),
  ];
}
