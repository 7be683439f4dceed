import { describe, expect, test } from "vitest";
import { count, countNotes, holds } from "./count.ts";
import { MessageStore } from "./slack/store.ts";
import type { Case } from "./story.ts";

const told: Case = {
  service: "basket-c00001",
  externalId: "QCASE1",
  deliveries: [],
  records: null,
  expected: { state: "acknowledged", priority: "P2", isDismissed: false, isConfirmed: false },
};
const CARD = "P2 · basket-c00001: does not answer · acknowledged by Ada";

/** A Slack that holds one card and its two replies, and what a test adds. */
function slackWith(change: (add: (kind: string, text: string, threadTs?: string) => string, root: string) => void) {
  const store = new MessageStore(() => 1_795_000_000_000);
  const add = (kind: string, text: string, threadTs: string | null = null) => {
    const metadata = { event_type: "traceops_message", event_payload: { incident: "INC-1", kind, nonce: text } };
    return store.add({ channel: "C0BASKET", threadTs, metadata, text, blocks: [] }, 0).ts;
  };
  const root = add("root", CARD);
  add("timeline", "what happened", root);
  add("hypotheses", "possible causes", root);
  change(add, root);
  return store;
}

describe("the counting", () => {
  test("finds nothing in a channel that holds one card with its two replies", () => {
    const found = count([told], slackWith(() => undefined).messages);

    expect(found.problems).toEqual([]);
    expect(holds(found)).toBe(true);
  });

  test.each([
    ["a second card", "duplicateRoots", (add: Add) => add("root", CARD)],
    ["a second timeline", "duplicateReplies", (add: Add, root: string) => add("timeline", "again", root)],
    ["the same change of mind twice", "duplicateReplies", (add: Add, root: string) => twice(add, root)],
    ["a reply outside its thread", "strays", (add: Add) => add("hypotheses", "astray")],
  ] as const)("sees %s", (_, line, change) => {
    const found = count([told], slackWith(change).messages);

    expect(found[line]).toBe(1);
    expect(holds(found)).toBe(false);
  });

  test("sees a lost card, a deleted reply and a card that says something else than the facts", () => {
    expect(count([{ ...told, service: "basket-c00002" }], slackWith(() => undefined).messages).lost).toBe(1);

    const store = slackWith(() => undefined);
    const reply = store.messages.at(-1);
    if (reply !== undefined) reply.deleted = true;
    expect(count([told], store.messages)).toMatchObject({ missingReplies: 1, removed: 1 });

    const expected = { ...told.expected, state: "resolved" as const };
    expect(count([{ ...told, expected }], slackWith(() => undefined).messages).wrongStates).toBe(1);
  });

  test("sees a change of mind that stands twice, one of them edited since", () => {
    const store = slackWith(twice);
    const [edited] = store.messages.filter(({ text }) => text === "it was the database");
    if (edited !== undefined) edited.text = "it is over";

    expect(count([told], store.messages)).toMatchObject({ duplicateReplies: 1 });
  });

  test("sees that nobody was told in the thread that it is over", () => {
    const over = { ...told, expected: { ...told.expected, state: "resolved" as const } };
    const silent = slackWith(() => undefined);
    const saying = slackWith((add, root) => add("change", "INC-1: resolved, at 02:10, it lasted 7 min", root));

    expect(count([over], silent.messages)).toMatchObject({ missingReplies: 1 });
    expect(count([over], saying.messages)).toMatchObject({ missingReplies: 0 });
  });

  test("sees a vote that does not stand in the reply with the causes, where the button's words are no vote", () => {
    const expected = { ...told.expected, isConfirmed: true };
    const store = slackWith(() => undefined);
    const causes = store.messages.find(({ text }) => text === "possible causes");
    if (causes !== undefined) causes.blocks = [{ type: "button", text: { text: "This was it" } }];
    expect(count([{ ...told, expected }], store.messages)).toMatchObject({ lostVotes: 1 });

    if (causes !== undefined) causes.blocks = [{ type: "section", text: { text: '*"This was it":* Ada' } }];
    expect(holds(count([{ ...told, expected }], store.messages))).toBe(true);
  });

  test("sees a note that is missing in PagerDuty and one that stands twice", () => {
    const note = { id: "PNOTE1", incident: "QCASE1", content: "" };

    expect(countNotes([told], [])).toEqual({ missingNotes: 1, duplicateNotes: 0 });
    expect(countNotes([told], [note, note])).toEqual({ missingNotes: 0, duplicateNotes: 1 });
  });
});

type Add = (kind: string, text: string, threadTs?: string) => string;

function twice(add: Add, root: string): void {
  add("change", "it was the database", root);
  add("change", "it was the database", root);
}
