import nock from "nock";
import { afterEach, beforeEach, expect, test } from "vitest";
import { entry, HOST, type Incident, incident, logged, recent, setUp } from "../../../test/support/pagerduty-rounds.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

/** A round of an account with more open incidents than one page holds. */
function listedInPages(all: readonly Incident[]): void {
  const pages = Math.max(1, Math.ceil(all.length / 100));
  nock(HOST)
    .get("/incidents")
    .query(({ date_range }) => date_range === "all")
    .times(pages)
    .reply((request: Request) => {
      const offset = Number(new URL(request.url).searchParams.get("offset"));
      return [200, { incidents: all.slice(offset, offset + 100), more: offset + 100 < all.length }];
    });
  recent();
}

const LONG_AGO = "2026-02-01T10:00:00Z";
const manyOpen = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    incident(`Q${at}`, { created_at: LONG_AGO, last_status_change_at: LONG_AGO }),
  );

const idIn = (request: Request) => /^\/incidents\/([^/]+)/u.exec(new URL(request.url).pathname)?.[1] ?? "";

/** Answers for every incident of the account: its log with one entry of this type, and the incident itself, over. */
function answersForAll(type: "trigger" | "resolve"): void {
  const over = { status: "resolved", created_at: LONG_AGO, last_status_change_at: "2026-03-02T10:01:00Z" };
  const api = nock(HOST).persist();
  api
    .get(/^\/incidents\/Q\d+\/log_entries/u)
    .reply((request: Request) => [
      200,
      { log_entries: [entry(`${type}-${idIn(request)}`, type, LONG_AGO)], more: false },
    ]);
  api.get(/^\/incidents\/Q\d+$/u).reply((request: Request) => [200, { incident: incident(idIn(request), over) }]);
}

test("of more than a hundred open incidents each one is followed until its end, fifty a round", async () => {
  const { poll, clock, alerts, deps } = setUp();
  await deps.marks.set(DEFAULT_TENANT, "pagerduty.poll", JSON.stringify({ seenMs: clock.nowMs(), open: [] }));
  const rounds = async (shown: readonly Incident[], type: "trigger" | "resolve") => {
    answersForAll(type);
    const told: number[] = [];
    for (let round = 0; round < 4; round++) {
      listedInPages(shown);
      told.push((await poll()).incidents);
      clock.advance(10 * 60_000);
    }
    nock.cleanAll();
    return told;
  };

  expect(await rounds(manyOpen(110), "trigger")).toEqual([50, 50, 10, 0]);
  expect(await rounds([], "resolve")).toEqual([50, 50, 10, 0]);
  expect(new Set(alerts().map(({ fingerprint, status }) => `${fingerprint} ${status}`)).size).toBe(220);
}, 30_000);

test("more open incidents than polling follows are said once, and the newest are followed", async () => {
  const { poll, clock, deps } = setUp();
  const many = manyOpen(2_050);
  const followed = { seenMs: clock.nowMs(), open: many.slice(0, 2_000).map(({ id }) => id) };
  await deps.marks.set(DEFAULT_TENANT, "pagerduty.poll", JSON.stringify(followed));
  for (let round = 0; round < 2; round++) {
    clock.advance(10 * 60_000);
    listedInPages(many.slice(0, 2_000));
    expect(await poll()).toMatchObject({ incidents: 0 });
  }

  expect(deps.logger.lines.map(({ message, fields }) => [message, fields])).toEqual([
    ["PagerDuty has more open incidents than polling follows: the newest are", { limit: 2_000 }],
  ]);
});

test("an incident that makes room for a newer one is named", async () => {
  const { poll, clock, deps } = setUp();
  const many = manyOpen(2_001);
  const followed = { seenMs: clock.nowMs(), open: many.slice(1).map(({ id }) => id), isFull: true };
  await deps.marks.set(DEFAULT_TENANT, "pagerduty.poll", JSON.stringify(followed));
  clock.advance(10 * 60_000);
  listedInPages(many.slice(0, 2_000));
  logged("Q0", entry("T-Q0", "trigger", LONG_AGO));
  nock(HOST).get("/incidents/Q2000").query(true).reply(200, { incident: many[2_000] });

  expect(await poll()).toMatchObject({ incidents: 1 });
  expect(deps.logger.lines).toMatchObject([{ level: "warn", fields: { limit: 2_000, forgotten: ["Q2000"] } }]);
});
