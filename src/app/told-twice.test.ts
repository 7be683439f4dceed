import { expect, test } from "vitest";
import { text } from "../../test/support/sample-incident.ts";
import type { PersonEvent } from "../core/event.ts";
import { epochMs, eventId } from "../core/ids.ts";
import { msToNs } from "../core/time.ts";
import type { PersonNote } from "./ports.ts";
import { withoutToldTwice } from "./told-twice.ts";

const NOW = 1_000_000;
const note = (said: string, more: Partial<PersonNote> = {}): PersonNote => ({
  id: "1",
  actorKind: "webhook",
  actorId: "pagerduty:U1",
  atMs: epochMs(NOW),
  who: text("Ann"),
  text: text(said),
  ...more,
});
const entry = (said: string, more: Partial<PersonEvent> = {}): PersonEvent => ({
  kind: "person",
  id: eventId("pagerduty", said),
  ref: text("log entry R1"),
  source: "pagerduty",
  atNs: msToNs(NOW + 2_000),
  observedNs: null,
  service: null,
  host: null,
  traceId: null,
  spanId: null,
  requestId: null,
  who: text("Ann"),
  text: text(said),
  ...more,
});

function left(event: PersonEvent, taken: PersonNote): number {
  const [source] = withoutToldTwice(
    [{ source: "pagerduty", evidence: { status: "found", events: [event], read: 1, partial: null } }],
    [taken],
  );
  return source?.evidence.status === "found" ? source.evidence.events.length : -1;
}

test.each([
  ["the same words", entry("looking"), note("looking")],
  ["words that the log shortened", entry("restarting the po…"), note("restarting the\npods one by one")],
  ["whom it was given to", entry("Assigned to Bo by Ann"), note("Assigned to Bo")],
])("what the sender's log tells again is left out: %s", (_, event, taken) => {
  expect(left(event, taken)).toBe(0);
});

test.each([
  ["another person's words", entry("looking", { who: text("Bo") }), note("looking")],
  ["other words", entry("Acknowledged by Ann"), note("looking")],
  ["the same words ten minutes later", entry("looking", { atNs: msToNs(NOW + 600_000) }), note("looking")],
  ["the start of a short word", entry("ok, done with it"), note("ok")],
  ["words that were written here", entry("looking"), note("looking", { actorKind: "slack-user" })],
])("everything else stays: %s", (_, event, taken) => {
  expect(left(event, taken)).toBe(1);
});
