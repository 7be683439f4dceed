import nock from "nock";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ManualClock, RecordingLogger } from "../../../test/support/fakes.ts";
import { OutboundRows } from "../../../test/support/outbound-rows.ts";
import { PagerDutyStub } from "../../../test/support/pagerduty-stub.ts";
import { anIncident, at, text } from "../../../test/support/sample-incident.ts";
import { KeptIncident } from "../../../test/support/surface-deps.ts";
import { jobCatalog } from "../../app/jobs/catalog.ts";
import type { PersonNote } from "../../app/ports.ts";
import { createPagerDutyClient } from "../../platform/clients/pagerduty-rest.ts";
import { publishNotes } from "./index.ts";

let remote: PagerDutyStub;
let rows: OutboundRows;
let clock: ManualClock;
let logger: RecordingLogger;
beforeEach(() => {
  nock.disableNetConnect();
  remote = new PagerDutyStub();
  remote.install();
  rows = new OutboundRows();
  clock = new ManualClock();
  logger = new RecordingLogger();
});
afterEach(() => {
  vi.restoreAllMocks();
  nock.cleanAll();
  nock.enableNetConnect();
});

const kept = (...ids: readonly string[]) =>
  new KeptIncident(anIncident({ external: ids.map((externalId) => ({ source: "pagerduty", externalId, url: null })) }));

const aNote = (id: string): PersonNote => ({
  id,
  actorKind: "slack-user",
  actorId: "T1/U1",
  atMs: at("01:50:00"),
  who: text("Ann"),
  text: text(`restarted worker ${id}`),
});

interface Run {
  readonly notes?: readonly PersonNote[];
  readonly signal?: AbortSignal;
}

function publish(incident: KeptIncident, { notes = [], signal = AbortSignal.timeout(5000) }: Run = {}) {
  const client = createPagerDutyClient({
    token: "k",
    host: "api.pagerduty.com",
    clock,
    tryTimeoutMs: 1000,
    libraryPauseMs: 1,
  });
  let nonces = 0;
  const newNonce = () => `nonce-${rows.rows.size}-${(nonces += 1)}`;
  const book = { client, from: "bot@shop.example", messages: rows, clock, logger, newNonce };
  return publishNotes(book, { ...incident.answer(), notes }, { signal, untold: [] });
}

/** Publishes as the job would: again when it asks for it, at the time it asks for. */
async function publishUntilDone(incident: KeptIncident, run: Run = {}): Promise<void> {
  for (let runs = 1; runs <= 100; runs++) {
    const outcome = await publish(incident, run);
    if (outcome.status === "done") return;
    clock.advance(outcome.notBeforeMs - clock.nowMs());
  }
  throw new Error("never done");
}

function worsen(incident: KeptIncident, impact: string): void {
  incident.change({ impact: { text: text(impact), evidenceIds: [] } });
}

const losing = (count: number) => remote.faults.push(...Array.from({ length: count }, () => "lost-request" as const));
const said = () => remote.notes.map(({ content }) => content);

describe("a note that PagerDuty does not store", () => {
  test("is looked for and posted again until it stands, with pauses that grow to five minutes", async () => {
    const postedAt: number[] = [];
    const incident = kept("Q1");
    losing(8);
    for (let runs = 1; runs < 100; runs++) {
      const before = remote.posts;
      const outcome = await publish(incident);
      if (remote.posts > before) postedAt.push(clock.nowMs());
      if (outcome.status === "done") break;
      clock.advance(outcome.notBeforeMs - clock.nowMs());
    }

    expect(postedAt.slice(1).map((ms, index) => (ms - (postedAt[index] ?? 0)) / 1000)).toEqual([
      30, 60, 120, 240, 300, 300, 300, 300,
    ]);
    expect({ notes: remote.notes.length, states: rows.states() }).toEqual({ notes: 1, states: ["posted"] });
  });

  test("is told of while it is tried in vain, and not any more when it stands", async () => {
    const incident = kept("Q1");
    const stuck = async () =>
      (await rows.stuck(incident.incident.tenant, "pagerduty", 9)).map(({ problem }) => problem);
    losing(5);
    for (let runs = 1; remote.faults.length > 0 && runs < 50; runs++) {
      const outcome = await publish(incident);
      if (outcome.status === "again") clock.advance(outcome.notBeforeMs - clock.nowMs());
    }
    expect(await stuck()).toEqual(["PagerDuty gave no usable answer to 5 attempts; it is still tried"]);

    await publishUntilDone(incident);
    expect(await stuck()).toEqual([]);
  });

  test("is not given up when a person wrote it", async () => {
    const incident = kept("Q1");
    incident.analysis = null;
    losing(12);
    await publishUntilDone(incident, { notes: [aNote("1"), aNote("2")] });

    expect(said().map((content) => content.split("\n")[0])).toEqual([
      "Ann (Slack): restarted worker 1",
      "Ann (Slack): restarted worker 2",
    ]);
  });

  test("holds up a person's other notes for a few tries only", async () => {
    const incident = kept("Q1");
    incident.analysis = null;
    losing(3);
    await publishUntilDone(incident, { notes: [aNote("1"), aNote("2")] });

    expect(said().map((content) => content.split("\n")[0])).toEqual([
      "Ann (Slack): restarted worker 2",
      "Ann (Slack): restarted worker 1",
    ]);
  });
});

describe("the end of a run", () => {
  test("claims no note for which no time is left", async () => {
    expect(await publish(kept("Q1", "Q2"), { signal: AbortSignal.abort() })).toMatchObject({ status: "again" });

    expect([...rows.rows.values()].map(({ state, attempt }) => ({ state, attempt }))).toEqual([
      { state: "pending", attempt: 0 },
      { state: "pending", attempt: 0 },
    ]);
    expect(remote.posts).toBe(0);
  });

  test("comes before the deadline of its job, so that a silent PagerDuty is no failure of the job", async () => {
    const ownEnd = new AbortController();
    const waits = vi.spyOn(AbortSignal, "timeout").mockReturnValueOnce(ownEnd.signal);
    ownEnd.abort();

    expect(await publish(kept("Q1"), { signal: new AbortController().signal })).toMatchObject({ status: "again" });
    expect(waits.mock.calls[0]?.[0]).toBeLessThan(jobCatalog["surface.publish"].timeoutMs);
  });
});

describe("an edit that PagerDuty carries out late", () => {
  test("does not stay over newer words that were written before it arrived", async () => {
    const incident = kept("Q1");
    await publishUntilDone(incident);
    worsen(incident, "old words");
    remote.lateEdits = 1;
    await publish(incident);
    worsen(incident, "new words");
    clock.advance(1000);
    const outcome = await publish(incident);
    expect(said()[0]).toContain("new words");
    remote.carryOutLate();
    expect(said()[0]).toContain("old words");

    if (outcome.status === "again") clock.advance(outcome.notBeforeMs - clock.nowMs());
    await publishUntilDone(incident);
    expect(said()).toEqual([expect.stringContaining("new words")]);
  });

  test("leads to one more edit and no more", async () => {
    const incident = kept("Q1");
    await publishUntilDone(incident);
    worsen(incident, "old words");
    remote.lateEdits = 3;
    await publishUntilDone(incident);
    remote.carryOutLate();
    const edits = remote.notes[0]?.edits;
    await publishUntilDone(incident);

    expect(remote.notes[0]?.edits).toBe(edits);
    expect(said()[0]).toContain("old words");
  });
});

/** Old words are on their way while another worker writes new ones. */
async function standStill(incident: KeptIncident) {
  await publishUntilDone(incident);
  worsen(incident, "old words");
  remote.duringEdit = async () => {
    worsen(incident, "new words");
    await publishUntilDone(incident);
  };
  return publish(incident);
}

describe("a worker that stood still in the middle of an edit", () => {
  test("has its old words replaced by the newer ones over which it wrote", async () => {
    const incident = kept("Q1");
    const outcome = await standStill(incident);
    expect(said()[0]).toContain("old words");
    expect(outcome.status).toBe("again");

    await publishUntilDone(incident);
    expect(said()).toEqual([expect.stringContaining("new words")]);
  });

  test("has them replaced also when they arrive later still, without an answer", async () => {
    const incident = kept("Q1");
    remote.lateEdits = 1;
    const outcome = await standStill(incident);
    expect(outcome.status).toBe("again");
    await publish(incident);
    remote.carryOutLate();
    expect(said()[0]).toContain("old words");

    await publishUntilDone(incident);
    expect(said()).toEqual([expect.stringContaining("new words")]);
  });
});

describe("a worker that stood still in the middle of a post", () => {
  test("takes its own note away where another worker's stands by then", async () => {
    const incident = kept("Q1");
    remote.beforePost = () => publishUntilDone(incident);
    expect(await publish(incident)).toMatchObject({ status: "again" });
    await publishUntilDone(incident);

    expect(remote.posts).toBe(2);
    expect(remote.notes.map(({ id }) => id)).toEqual(["PNOTE1"]);
    expect(rows.states()).toEqual(["posted"]);
  });

  test("goes on until its own note is gone when PagerDuty does not answer", async () => {
    const incident = kept("Q1");
    remote.beforePost = () => publishUntilDone(incident);
    // More than the client tries by itself.
    remote.lostRemovals = 4;
    await publish(incident, { signal: AbortSignal.timeout(15_000) });

    expect(remote.notes.map(({ id }) => id)).toEqual(["PNOTE1"]);
  });

  test("makes its note the note where none stands yet, with what is true by then", async () => {
    const incident = kept("Q1");
    remote.beforePost = async () => {
      await publish(incident);
      worsen(incident, "newer words");
    };
    expect(await publish(incident)).toMatchObject({ status: "again" });
    await publishUntilDone(incident);

    expect(remote.posts).toBe(1);
    expect(said()).toEqual([expect.stringContaining("newer words")]);
  });

  test("posts nothing when it stood still right after its claim", async () => {
    const incident = kept("Q1");
    const move = rows.move.bind(rows);
    vi.spyOn(rows, "move").mockImplementationOnce(async (...claim) => {
      const isMoved = await move(...claim);
      clock.advance(3000);
      return isMoved;
    });
    expect(await publish(incident)).toMatchObject({ status: "again" });
    expect(remote.posts).toBe(0);

    await publishUntilDone(incident);
    expect(remote.posts).toBe(1);
  });
});

test("a note that PagerDuty stored twice stands once in the end", async () => {
  const incident = kept("Q1");
  remote.faults.push("lost-answer");
  await publish(incident);
  const [note] = remote.notes;
  if (note !== undefined) remote.notes.push({ ...note, id: "PNOTE99" });

  clock.advance(60_000);
  await publishUntilDone(incident);
  expect(remote.notes.map(({ id }) => id)).toEqual(["PNOTE1"]);
});
