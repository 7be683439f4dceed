import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { epochMs } from "../../core/ids.ts";
import { pagerduty } from "./index.ts";

const Body = z.object({ event: z.looseObject({ data: z.looseObject({}) }) });

/** A recorded payload, changed in its event or its data. */
function body(file: string, { event = {}, data = {} }: { event?: object; data?: object } = {}): unknown {
  const read = Body.parse(JSON.parse(readFileSync(new URL(`fixtures/${file}.json`, import.meta.url), "utf8")));
  return { event: { ...read.event, ...event, data: { ...read.event.data, ...data } } };
}

const notes = (of: unknown) => pagerduty.parseNotes(of, epochMs(0));
const alerts = (of: unknown) => pagerduty.parse(of, epochMs(0));

test("a note that a person wrote in PagerDuty is told with its author, its time and its own id", () => {
  expect(notes(body("annotated"))).toEqual([
    {
      source: "pagerduty",
      key: "note:PNOTE1",
      fingerprint: "QFIX01",
      externalId: "QFIX01",
      authorId: "PUSR01",
      who: "Ada Fixture",
      text: "looking",
      atMs: Date.parse("2026-03-02T10:12:00Z"),
    },
  ]);
});

test("our own notes are known by their mark, never by their author", () => {
  const ours = "Ann (Slack): restarted\n[traceops 0b6e4a1c-9f]";

  expect(notes(body("annotated", { data: { content: ours } }))).toEqual([]);
  expect(notes(body("annotated", { data: { content: "by the same user, without a mark" } }))).toHaveLength(1);
});

test("a note without words is none, and one without an author is somebody's", () => {
  expect(notes(body("annotated", { data: { content: "  " } }))).toEqual([]);
  expect(notes(body("annotated", { event: { agent: null } }))).toMatchObject([
    { authorId: null, who: "somebody in PagerDuty" },
  ]);
});

test("whom a person gave the incident to is told; what PagerDuty does by itself is not", () => {
  const assignees = [{ id: "PUSR02", type: "user_reference", summary: "Bo Fixture" }];

  expect(notes(body("reassigned", { data: { assignees } }))).toMatchObject([
    { key: "event:01FIXTURE0008", who: "Ada Fixture", text: "Assigned to Bo Fixture", externalId: "QFIX01" },
  ]);
  const event = { agent: { id: "PEP01", type: "escalation_policy_reference", summary: "Default" } };
  expect(notes(body("reassigned", { data: { assignees }, event }))).toEqual([]);
});

test("whoever reassigns or re-prioritises an acknowledged incident has not acknowledged it", () => {
  expect(alerts(body("acknowledged-by-a-person"))).toMatchObject([{ status: "acknowledged", by: "Ada Fixture" }]);
  expect(alerts(body("reassigned"))).toMatchObject([{ status: "acknowledged", by: null }]);
  expect(alerts(body("priority-updated", { data: { status: "acknowledged" } }))).toMatchObject([{ by: null }]);
});
