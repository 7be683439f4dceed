import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock, RecordingLogger } from "../../../test/support/fakes.ts";
import { OutboundRows } from "../../../test/support/outbound-rows.ts";
import { PagerDutyStub } from "../../../test/support/pagerduty-stub.ts";
import { anIncident, at, text } from "../../../test/support/sample-incident.ts";
import { KeptIncident } from "../../../test/support/surface-deps.ts";
import type { PersonNote } from "../../app/ports.ts";
import { createPagerDutyClient } from "../../platform/clients/pagerduty-rest.ts";
import { publishNotes } from "./index.ts";

const external = (...ids: readonly string[]) =>
  ids.map((externalId) => ({ source: "pagerduty", externalId, url: null }));

const aNote = (id: string, more: Partial<PersonNote> = {}): PersonNote => ({
  id,
  actorKind: "slack-user",
  actorId: "T1/U1",
  atMs: at("01:50:00"),
  who: text("Ann"),
  text: text(`restarted worker ${id}`),
  ...more,
});

let remote: PagerDutyStub;
let rows: OutboundRows;
let clock: ManualClock;
let logger: RecordingLogger;
let nonces = 0;
beforeEach(() => {
  nock.disableNetConnect();
  remote = new PagerDutyStub();
  remote.install();
  rows = new OutboundRows();
  clock = new ManualClock();
  logger = new RecordingLogger();
  nonces = 0;
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

/** Publishes as the job would: again when it asks for it, at the time it asks for. Gives the number of runs. */
async function publish(notes: readonly PersonNote[], ids: readonly string[] = ["Q1"]): Promise<number> {
  const client = createPagerDutyClient({
    token: "k",
    host: "api.pagerduty.com",
    clock,
    tryTimeoutMs: 1000,
    libraryPauseMs: 1,
  });
  const book = {
    client,
    from: "bot@shop.example",
    messages: rows,
    clock,
    logger,
    newNonce: () => `nonce-${(nonces += 1)}`,
  };
  // Without an answer yet: only what people wrote is to be told.
  const kept = new KeptIncident(anIncident({ external: external(...ids) }));
  kept.analysis = null;
  for (let runs = 1; runs <= 40; runs++) {
    const outcome = await publishNotes(
      book,
      { ...kept.answer(), notes },
      { signal: AbortSignal.timeout(5000), untold: [] },
    );
    if (outcome.status === "done") return runs;
    clock.advance(outcome.notBeforeMs - clock.nowMs());
  }
  throw new Error("never done");
}

const said = () => remote.notes.map(({ incident, content }) => `${incident} ${content.split("\n")[0]}`);

test("what a person wrote here stands in PagerDuty once, with the name first and our mark, however often it is published", async () => {
  await publish([aNote("1")]);
  await publish([aNote("1")]);
  await publish([aNote("1"), aNote("2", { actorKind: "web-user", who: text("a guest") })]);

  expect(remote.notes.map(({ content, from }) => `${from} ${content}`)).toEqual([
    "bot@shop.example Ann (Slack): restarted worker 1\n[traceops nonce-1]",
    "bot@shop.example a guest (TraceOps page): restarted worker 2\n[traceops nonce-2]",
  ]);
  expect(remote.posts).toBe(2);
});

test("what came from PagerDuty is not sent back", async () => {
  await publish([aNote("1", { actorKind: "webhook", actorId: "pagerduty:PUSR01" })]);

  expect(remote.posts).toBe(0);
});

test("each PagerDuty incident behind ours gets the note, one that joins later too", async () => {
  await publish([aNote("1")], ["Q1"]);
  await publish([aNote("1")], ["Q2", "Q1"]);

  expect(said()).toEqual(["Q1 Ann (Slack): restarted worker 1", "Q2 Ann (Slack): restarted worker 1"]);
});

test("a note whose answer was lost is found by its mark and not posted twice", async () => {
  remote.faults.push("lost-answer");
  await publish([aNote("1")]);

  expect({ posts: remote.posts, states: rows.states() }).toEqual({ posts: 1, states: ["posted"] });
});

test("a refused note is said once in the log and keeps no other note waiting", async () => {
  remote.faults.push("forbidden");
  await publish([aNote("1"), aNote("2")]);
  await publish([aNote("1"), aNote("2")]);

  expect(said()).toEqual(["Q1 Ann (Slack): restarted worker 2"]);
  expect(logger.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  expect(rows.states()).toEqual(["failed", "posted"]);
});

test("a rate limit is waited for and the order stays", async () => {
  // The library tries a limited call four times by itself.
  remote.faults.push("limited", "limited", "limited", "limited");
  await publish([aNote("1"), aNote("2")]);

  expect(said()).toEqual(["Q1 Ann (Slack): restarted worker 1", "Q1 Ann (Slack): restarted worker 2"]);
});

test("25 notes arrive in three runs of at most ten", async () => {
  const many = Array.from({ length: 25 }, (_, index) => aNote(String(index)));

  expect(await publish(many)).toBe(3);
  expect(new Set(said()).size).toBe(25);
});

test("a long note is cut to what PagerDuty shows, and keeps its mark", async () => {
  await publish([aNote("1", { text: text("x".repeat(4_000)) })]);

  expect(remote.notes[0]?.content.length).toBeLessThan(3_600);
  expect(remote.notes[0]?.content).toMatch(/…\n\[traceops nonce-1\]$/u);
});
