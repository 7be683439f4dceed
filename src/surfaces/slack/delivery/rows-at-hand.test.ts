import { expect, test } from "vitest";
import type { MessageKey, OutboundMessage, OutboundMessages } from "../../../app/ports.ts";
import { DEFAULT_TENANT, incidentId } from "../../../core/ids.ts";
import { withRowsAtHand } from "./rows-at-hand.ts";

const key: MessageKey = {
  tenant: DEFAULT_TENANT,
  incidentId: incidentId("INC-1"),
  surface: "slack",
  kind: "root",
  ordinal: 0,
};
const row: OutboundMessage = {
  id: "1",
  key,
  state: "pending",
  nonce: "n",
  attempt: 0,
  attemptAtMs: null,
  settlesAtMs: null,
  remote: null,
  bodyHash: null,
  lookups: 0,
  problem: null,
};

function stored(isMoved: boolean) {
  const opened: MessageKey[] = [];
  const messages: OutboundMessages = {
    open: (asked) => {
      opened.push(asked);
      return Promise.resolve({ ...row, key: asked, bodyHash: "as stored" });
    },
    move: () => Promise.resolve(isMoved),
    ofIncident: () => Promise.resolve([row]),
    at: () => Promise.resolve(null),
    stuck: () => Promise.resolve([]),
  };
  return { messages: withRowsAtHand(messages, [row]), opened };
}

test("a row at hand is not read again, and shows what was made of it", async () => {
  const { messages, opened } = stored(true);

  expect(await messages.open(key)).toEqual(row);
  expect(await messages.move(row, { state: "sending", attempt: 1 })).toBe(true);
  expect(await messages.open(key)).toMatchObject({ state: "sending", attempt: 1 });
  expect(opened).toEqual([]);
});

test("a row that somebody else moved is read anew", async () => {
  const { messages, opened } = stored(false);

  expect(await messages.move(row, { state: "sending" })).toBe(false);
  expect(await messages.open(key)).toMatchObject({ bodyHash: "as stored" });
  expect(opened).toEqual([key]);
});

test("a row that was not there is made once", async () => {
  const { messages, opened } = stored(true);
  const other = { ...key, kind: "timeline" };

  await messages.open(other);
  await messages.open(other);

  expect(opened).toEqual([other]);
});
