import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { ManualClock, RecordingLogger } from "../../../test/support/fakes.ts";
import { OutboundRows } from "../../../test/support/outbound-rows.ts";
import { anIncident, text } from "../../../test/support/sample-incident.ts";
import { KeptIncident } from "../../../test/support/surface-deps.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { type Safe, safe } from "../../core/safe.ts";
import { createPagerDutyClient } from "../../platform/clients/pagerduty-rest.ts";
import { publishNotes } from "./index.ts";
import type { Notebook } from "./notebook.ts";

const NoteBody = z.object({ note: z.object({ content: z.string() }) });
const API = "https://api.pagerduty.com";

type PostFault = "lost-answer" | "lost-request" | "refused" | "limited";

/** PagerDuty's notes, with faults on demand; losses and doubles are counted here, not in our rows. */
class NotesOfPagerDuty {
  readonly notes: { id: string; content: string }[] = [];
  readonly faults: PostFault[] = [];
  posts = 0;
  edits = 0;
  refuseEdits = false;

  install(): void {
    const api = nock(API).persist();
    api.get("/incidents/Q1/notes").reply(() => [200, { notes: this.notes }]);
    api.post("/incidents/Q1/notes").reply(async (request: Request) => this.#post(NoteBody.parse(await request.json())));
    api
      .put(/^\/incidents\/Q1\/notes\/.+/u)
      .reply(async (request: Request) => this.#edit(request.url, NoteBody.parse(await request.json())));
  }

  #post(body: { note: { content: string } }): readonly [number, object] {
    this.posts++;
    const fault = this.faults.shift();
    if (fault === "refused") return [403, { error: { message: "Forbidden" } }];
    if (fault === "limited") return [429, { error: { message: "Rate Limit Exceeded" } }];
    if (fault === "lost-request") return [502, {}];
    const note = { id: `N${this.notes.length + 1}`, content: body.note.content };
    this.notes.push(note);
    return fault === "lost-answer" ? [500, {}] : [201, { note }];
  }

  #edit(url: string, body: { note: { content: string } }): readonly [number, object] {
    if (this.refuseEdits) return [404, { error: { message: "Not Found" } }];
    this.edits++;
    const note = this.notes.find(({ id }) => url.endsWith(`/${id}`));
    if (note) note.content = body.note.content;
    return [200, { note }];
  }
}

let clock: ManualClock;
let rows: OutboundRows;
let logger: RecordingLogger;
let remote: NotesOfPagerDuty;

const clientOf = () =>
  createPagerDutyClient({ token: "k", host: "api.pagerduty.com", clock, tryTimeoutMs: 2000, libraryPauseMs: 1 });

const kept = (): KeptIncident =>
  new KeptIncident(anIncident({ external: [{ source: "pagerduty", externalId: "Q1", url: null }] }));

function publish(incident: KeptIncident, untold: readonly Safe[] = []) {
  let nonces = 0;
  const book: Notebook = {
    client: clientOf(),
    from: "bot@example.com",
    messages: rows,
    clock,
    logger,
    newNonce: () => `nonce-${(nonces += 1)}`,
  };
  return publishNotes(book, incident.answer(), { signal: AbortSignal.timeout(5000), untold });
}

/** Publishes as the job would: again when it asks for it, at the time it asks for. */
async function publishUntilDone(incident: KeptIncident): Promise<number> {
  for (let runs = 1; runs <= 20; runs++) {
    const outcome = await publish(incident);
    if (outcome.status === "done") return runs;
    clock.advance(outcome.notBeforeMs - clock.nowMs());
  }
  throw new Error("never done");
}

beforeEach(() => {
  nock.disableNetConnect();
  clock = new ManualClock();
  rows = new OutboundRows();
  logger = new RecordingLogger();
  remote = new NotesOfPagerDuty();
  remote.install();
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe("the note", () => {
  test("holds verdict, why, against, what was not checked and the link, in plain text with its mark", async () => {
    await publishUntilDone(kept());

    expect(remote.notes.map(({ content }) => content)).toMatchSnapshot();
  });

  test("says who could not be told elsewhere, and takes it back when they could", async () => {
    const incident = kept();
    await publish(incident, [safe`Slack could not be told: channel C0A is archived`]);
    expect(remote.notes[0]?.content).toContain("Slack could not be told: channel C0A is archived");

    await publishUntilDone(incident);

    expect(remote.notes).toHaveLength(1);
    expect(remote.notes[0]?.content).not.toContain("could not be told");
  });

  test("is written once, and nothing is sent while the answer stays the same", async () => {
    const incident = kept();
    await publishUntilDone(incident);
    await publishUntilDone(incident);

    expect({ posts: remote.posts, edits: remote.edits }).toEqual({ posts: 1, edits: 0 });
  });

  test("is edited when the answer changes", async () => {
    const incident = kept();
    await publishUntilDone(incident);
    incident.change({ impact: { text: text("every third payment fails"), evidenceIds: [] } });
    await publishUntilDone(incident);

    expect({ posts: remote.posts, edits: remote.edits, notes: remote.notes.length }).toEqual({
      posts: 1,
      edits: 1,
      notes: 1,
    });
    expect(remote.notes[0]?.content).toContain("Impact: every third payment fails");
    expect(remote.notes[0]?.content).toContain("[traceops nonce-1]");
  });

  test("is not written before there is an answer, nor for another sender's incident", async () => {
    const early = kept();
    early.analysis = null;
    await publishUntilDone(early);
    await publishUntilDone(
      new KeptIncident(anIncident({ external: [{ source: "alertmanager", externalId: "x", url: null }] })),
    );

    expect(remote.posts).toBe(0);
  });
});

describe("when an answer is lost", () => {
  test("a note that was stored is found by its mark and not posted twice", async () => {
    remote.faults.push("lost-answer");
    await publishUntilDone(kept());

    expect({ posts: remote.posts, notes: remote.notes.length, states: rows.states() }).toEqual({
      posts: 1,
      notes: 1,
      states: ["posted"],
    });
  });

  test("a note that was not stored is posted again, but only after two looks and half a minute", async () => {
    const begun = clock.nowMs();
    remote.faults.push("lost-request");
    await publishUntilDone(kept());

    expect({ posts: remote.posts, notes: remote.notes.length }).toEqual({ posts: 2, notes: 1 });
    expect(clock.nowMs() - begun).toBeGreaterThanOrEqual(30_000);
  });

  test("a process that died while posting leaves no double", async () => {
    const incident = kept();
    await publishUntilDone(incident);
    const [row] = [...rows.rows.values()];
    if (!row) throw new Error("no row");
    rows.rows.set(row.id, { ...row, state: "sending", remote: null, bodyHash: null });
    await publishUntilDone(incident);

    expect({ notes: remote.notes.length, states: rows.states() }).toEqual({ notes: 1, states: ["posted"] });
  });
});

test("a refused note is tried once more for each new answer, and stands when the cause of the refusal is gone", async () => {
  const incident = kept();
  remote.faults.push("refused", "refused");
  await publishUntilDone(incident);
  await publishUntilDone(incident);
  expect(remote.posts).toBe(1);

  incident.change({ impact: { text: text("worse"), evidenceIds: [] } });
  await publishUntilDone(incident);
  await publishUntilDone(incident);
  expect({ posts: remote.posts, states: rows.states() }).toEqual({ posts: 2, states: ["failed"] });

  incident.change({ impact: { text: text("better"), evidenceIds: [] } });
  await publishUntilDone(incident);
  expect({
    posts: remote.posts,
    states: rows.states(),
    stuck: await rows.stuck(DEFAULT_TENANT, "pagerduty", 9),
  }).toEqual({
    posts: 3,
    states: ["posted"],
    stuck: [],
  });
});

test("a refusal is final for what was to be said, and said in the log; a rate limit is waited for", async () => {
  remote.faults.push("refused");
  expect(await publishUntilDone(kept())).toBe(1);
  expect(rows.states()).toEqual(["failed"]);
  expect(logger.lines).toMatchObject([{ level: "error", fields: { status: 403 } }]);

  rows.rows.clear();
  // The library tries a limited call four times by itself.
  remote.faults.push("limited", "limited", "limited", "limited");
  await publishUntilDone(kept());
  expect(remote.notes).toHaveLength(1);
});

test("a note that a person deleted is not written again", async () => {
  const incident = kept();
  await publishUntilDone(incident);
  remote.refuseEdits = true;
  incident.change({ impact: { text: text("worse"), evidenceIds: [] } });
  await publishUntilDone(incident);

  expect(remote.posts).toBe(1);
});
