import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  entry,
  HOST,
  incident,
  listed,
  logged,
  open,
  recent,
  refusal,
  setUp,
} from "../../../test/support/pagerduty-rounds.ts";
import { DEFAULT_TENANT, epochMs } from "../../core/ids.ts";
import { pagerduty } from "./index.ts";

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

const triggered = entry("R1", "trigger", "2026-03-02T09:58:00Z");
const acknowledged = entry("R2", "acknowledge", "2026-03-02T10:00:10Z");
const resolved = entry("R3", "resolve", "2026-03-02T10:00:40Z");

test("a changed incident becomes deliveries that the same source reads as alerts", async () => {
  const { poll, alerts, inbox } = setUp();
  listed(incident("Q1", { status: "acknowledged" }));
  logged("Q1", acknowledged, entry("R9", "notify", "2026-03-02T09:59:00Z"), triggered);

  expect(await poll()).toEqual({ incidents: 1, stored: 2, duplicates: 0 });
  expect(alerts()).toMatchObject([
    { status: "acknowledged", fingerprint: "Q1", service: "orders", by: "Ada" },
    { status: "firing", fingerprint: "Q1", startedAtMs: Date.parse("2026-03-02T09:58:00Z") },
  ]);
  expect([...inbox.items.values()].map(({ source, dedupKey }) => `${source} ${dedupKey}`)).toEqual([
    "pagerduty poll:R2",
    "pagerduty poll:R1",
  ]);
});

test("rounds overlap, and what was stored before is stored once", async () => {
  const { poll, clock } = setUp();
  listed(incident("Q1"));
  logged("Q1", triggered);
  await poll();
  clock.advance(30_000);
  listed(incident("Q1", { last_status_change_at: "2026-03-02T10:00:10Z" }));
  logged("Q1", acknowledged, triggered);

  expect(await poll()).toEqual({ incidents: 1, stored: 1, duplicates: 1 });
});

test("an incident that did not change costs no further call", async () => {
  const { poll, clock } = setUp();
  const quiet = { created_at: "2026-03-02T09:50:00Z", last_status_change_at: "2026-03-02T09:50:00Z" };
  listed(incident("Q1", quiet));
  logged("Q1", triggered);
  await poll();
  clock.advance(30_000);
  listed(incident("Q1", quiet));

  expect(await poll()).toEqual({ incidents: 0, stored: 0, duplicates: 0 });
});

test("a change that PagerDuty shows a minute late is still seen", async () => {
  const { poll, clock } = setUp();
  listed();
  await poll();
  clock.advance(30_000);
  listed(incident("Q1", { created_at: "2026-03-02T09:59:00Z", last_status_change_at: "2026-03-02T09:59:00Z" }));
  logged("Q1", triggered);

  expect(await poll()).toMatchObject({ incidents: 1, stored: 1 });
});

test("the first round takes up what is open since yesterday, and leaves what is over", async () => {
  const { poll } = setUp();
  const old = { created_at: "2026-02-28T12:00:00Z", last_status_change_at: "2026-02-28T12:00:00Z" };
  open(incident("Q1", old));
  recent(incident("Q2", { ...old, status: "resolved" }));
  logged("Q1", triggered);

  expect(await poll()).toMatchObject({ incidents: 1, stored: 1 });
});

test("what lay open and untouched for days when polling began is no news until it changes", async () => {
  const { poll, clock } = setUp();
  const old = { created_at: "2025-11-02T05:00:00Z", last_status_change_at: "2025-11-02T05:00:00Z" };
  open(incident("Q1", old), incident("Q2", old));
  recent();

  expect(await poll()).toEqual({ incidents: 0, stored: 0, duplicates: 0 });

  clock.advance(30_000);
  open(incident("Q1", old), incident("Q2", { ...old, last_status_change_at: "2026-03-02T10:00:10Z" }));
  recent();
  logged("Q2", acknowledged, triggered);
  expect(await poll()).toMatchObject({ incidents: 1, stored: 2 });
});

test("an incident that was opened days ago is told when an install that polls already sees it for the first time", async () => {
  const { poll, clock } = setUp();
  listed();
  await poll();
  clock.advance(30_000);
  open(incident("Q1", { created_at: "2025-11-02T05:00:00Z", last_status_change_at: "2025-11-02T05:00:00Z" }));
  recent();
  logged("Q1", triggered);

  expect(await poll()).toMatchObject({ incidents: 1, stored: 1 });
});

test("an incident too old for the list is still followed until it is resolved", async () => {
  const { poll, clock, alerts } = setUp();
  listed(incident("Q1"));
  logged("Q1", triggered);
  await poll();
  clock.advance(30_000);
  listed();
  const change = { status: "resolved", last_status_change_at: "2026-03-02T10:00:40Z" };
  nock(HOST)
    .get("/incidents/Q1")
    .query(true)
    .reply(200, { incident: incident("Q1", change) });
  logged("Q1", triggered, resolved);
  await poll();
  clock.advance(30_000);
  listed();

  expect(await poll()).toMatchObject({ incidents: 0 });
  expect(alerts().map(({ status }) => status)).toEqual(["firing", "resolved"]);
});

test("a round that fails moves no mark, so the next one repeats it", async () => {
  const { poll, deps } = setUp();
  listed(incident("Q1"));
  nock(HOST).get("/incidents/Q1/log_entries").query(true).reply(401, refusal("no"));

  await expect(poll()).rejects.toMatchObject({ system: "PagerDuty" });
  expect(await deps.marks.get(DEFAULT_TENANT, "pagerduty.poll")).toBeNull();

  listed(incident("Q1"));
  logged("Q1", triggered);
  expect(await poll()).toMatchObject({ stored: 1 });
});

test("what people wrote is polled too, under the id that the webhook names, and our own notes stay out", async () => {
  const { poll, inbox } = setUp();
  listed(incident("Q1"));
  logged("Q1", triggered, entry("R5", "annotate", "2026-03-02T10:00:20Z"));
  const user = { id: "U1", type: "user_reference", summary: "Ada" };
  const created_at = "2026-03-02T10:00:20Z";
  nock(HOST)
    .get("/incidents/Q1/notes")
    .reply(200, {
      notes: [
        { id: "N1", content: "rolled back", created_at, user },
        { id: "N2", content: "TraceOps: x\n[traceops abc-1]", created_at, user },
      ],
    });

  expect(await poll()).toMatchObject({ stored: 2 });
  const read = [...inbox.items.values()].flatMap(({ delivery }) =>
    pagerduty.parseNotes(JSON.parse(new TextDecoder().decode(delivery.raw)), epochMs(0)),
  );
  expect(read).toMatchObject([{ key: "note:N1", who: "Ada", text: "rolled back", atMs: Date.parse(created_at) }]);
});

test.each([
  [404, "its service was deleted"],
  [403, "the key may not see it any more"],
])("a remembered incident that answers %i (%s) is said once and forgotten, and the others go on", async (status) => {
  const { poll, clock, deps, alerts } = setUp();
  listed(incident("Q1"), incident("Q2"));
  logged("Q1", triggered);
  logged("Q2", entry("R2", "trigger", "2026-03-02T09:58:00Z"));
  await poll();
  clock.advance(10 * 60_000);
  listed();
  nock(HOST).get("/incidents/Q1").query(true).reply(status, refusal("Not Found"));
  const over = { status: "resolved", last_status_change_at: "2026-03-02T10:09:00Z" };
  nock(HOST)
    .get("/incidents/Q2")
    .query(true)
    .reply(200, { incident: incident("Q2", over) });
  logged("Q2", entry("R3", "resolve", "2026-03-02T10:09:00Z"));

  expect(await poll()).toMatchObject({ incidents: 1, stored: 1 });
  clock.advance(10 * 60_000);
  listed();
  expect(await poll()).toMatchObject({ incidents: 0 });

  expect(alerts().at(-1)).toMatchObject({ status: "resolved", fingerprint: "Q2" });
  expect(deps.logger.lines.filter(({ message }) => message.includes("no longer shows this incident"))).toMatchObject([
    { level: "warn", fields: { pagerDutyIncident: "Q1" } },
  ]);
});

test("an incident whose log may not be read keeps no other one from being told", async () => {
  const { poll, clock, deps } = setUp();
  const quiet = { created_at: "2026-03-02T09:50:00Z", last_status_change_at: "2026-03-02T09:50:00Z" };
  listed(incident("Q1", quiet), incident("Q2", quiet));
  nock(HOST).get("/incidents/Q1/log_entries").query(true).reply(403, refusal("Access Denied"));
  logged("Q2", triggered);

  expect(await poll()).toMatchObject({ stored: 1 });
  clock.advance(30_000);
  listed(incident("Q1", quiet), incident("Q2", quiet));
  expect(await poll()).toMatchObject({ incidents: 0 });
  expect(deps.logger.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
});
