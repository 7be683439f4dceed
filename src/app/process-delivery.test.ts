import { expect, test } from "vitest";
import { z } from "zod";
import { anAlert, TEN_O_CLOCK } from "../../test/support/builders.ts";
import {
  anAlertSource,
  FakeRedactor,
  InMemoryAnalyses,
  InMemoryInbox,
  ManualClock,
  RecordingLogger,
  RequestedJobs,
} from "../../test/support/fakes.ts";
import { InMemoryIncidents } from "../../test/support/in-memory-incidents.ts";
import { DEFAULT_CORRELATION_POLICY } from "../core/correlation/correlate.ts";
import { alertFingerprint, DEFAULT_TENANT, epochMs, incidentId } from "../core/ids.ts";
import { safe } from "../core/safe.ts";
import type { AlertSourcePort } from "./alert-source-port.ts";
import { UnavailableError } from "./errors.ts";
import { processDelivery } from "./process-delivery.ts";
import type { SentNote } from "./sent-note.ts";

async function setUp(body: string | Uint8Array, source: Partial<AlertSourcePort>) {
  const jobs = new RequestedJobs();
  const inbox = new InMemoryInbox(jobs);
  const incidents = new InMemoryIncidents(jobs);
  const raw = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const delivery = { raw, headers: {}, receivedAtMs: epochMs(0) };
  await inbox.store({ tenant: DEFAULT_TENANT, source: "test", dedupKey: "k", delivery });
  const deps = {
    clock: new ManualClock(),
    logger: new RecordingLogger(),
    redactor: new FakeRedactor(),
    inbox,
    incidents,
    analyses: new InMemoryAnalyses(jobs),
    policy: DEFAULT_CORRELATION_POLICY,
    sources: new Map([["test", anAlertSource(source)]]),
    publishingSurfaces: () => ["slack"],
  };
  return { deps, inbox, incidents, jobs, item: () => inbox.items.get("in-1") };
}

const twoAlerts: Partial<AlertSourcePort> = {
  parse: () => [
    anAlert({ eventId: "1", title: `password ${FakeRedactor.SECRET}` as never }),
    anAlert({ eventId: "2", fingerprint: "Q2" as never }),
  ],
};

test("every alert of a delivery reaches its incident, redacted, and the delivery is done", async () => {
  const { deps, incidents, item } = await setUp("{}", twoAlerts);

  expect(await processDelivery(deps, "in-1")).toEqual({ status: "done" });
  expect(await incidents.list(DEFAULT_TENANT, { limit: 10 })).toMatchObject([
    { title: "password [hidden]", alertCount: 2 },
  ]);
  expect(item()?.state).toBe("processed");
});

test("running the job again changes nothing and asks for no work", async () => {
  const { deps, inbox, incidents, jobs } = await setUp("{}", twoAlerts);
  await processDelivery(deps, "in-1");
  const before = [...jobs.all];
  // As after a crash between the last alert and the mark.
  for (const stored of inbox.items.values()) inbox.items.set(stored.id, { ...stored, state: "new" });

  await processDelivery(deps, "in-1");

  expect(jobs.all).toEqual(before);
  expect(await incidents.list(DEFAULT_TENANT, { limit: 10 })).toMatchObject([{ revision: 2 }]);
});

test("a delivery that was dealt with is not opened again", async () => {
  let parsed = 0;
  const counting: Partial<AlertSourcePort> = {
    parse: () => {
      parsed++;
      return [];
    },
  };
  const { deps } = await setUp("{}", counting);

  await processDelivery(deps, "in-1");
  await processDelivery(deps, "in-1");
  await processDelivery(deps, "unknown");

  expect(parsed).toBe(1);
});

const Shape = z.object({ event: z.object({ at: z.string() }) });

test.each([
  ["garbage", "not JSON", {}, "not-json"],
  ["bytes that are no text", new Uint8Array([0xff, 0xfe, 0x00]), {}, "not-json"],
  ["a bomb", `${"[".repeat(5_000)}${"]".repeat(5_000)}`, {}, "too-deep"],
  [
    "another shape",
    `{"event":{"at":5,"secret":"${FakeRedactor.SECRET}"}}`,
    { parse: (body: unknown) => (Shape.parse(body), []) },
    "event.at: invalid_type",
  ],
  [
    "a source with a bug",
    "{}",
    {
      parse: () => {
        throw new TypeError("boom");
      },
    },
    "the alert source failed on it",
  ],
])("%s is quarantined with the reason and without its contents", async (...[, body, source, reason]) => {
  const { deps, incidents, item } = await setUp(body, source);

  expect(await processDelivery(deps, "in-1")).toEqual({ status: "done" });
  expect(item()).toMatchObject({ state: "quarantined", reason });
  expect(await incidents.list(DEFAULT_TENANT, { limit: 10 })).toEqual([]);
});

test("a delivery of a source that no longer exists is quarantined", async () => {
  const { deps, item } = await setUp("{}", twoAlerts);

  await processDelivery({ ...deps, sources: new Map() }, "in-1");

  expect(item()).toMatchObject({ state: "quarantined", reason: "no such alert source" });
});

test("an unavailable store throws, so that the job runs again and nothing is lost", async () => {
  const { deps, incidents, item } = await setUp("{}", twoAlerts);
  incidents.findOpen = () => Promise.reject(new Error("database is away"));

  await expect(processDelivery(deps, "in-1")).rejects.toThrow("database is away");
  expect(item()?.state).toBe("new");
});

test("a delivery that holds more than one run takes in is not done: the job comes again at once", async () => {
  const alerts = Array.from({ length: 1_200 }, (_, number) =>
    anAlert({ eventId: `e${number}`, fingerprint: alertFingerprint(`f${number}`) }),
  );
  const { deps, incidents, item } = await setUp("{}", { parse: () => alerts });
  const attachAll = incidents.attachAll.bind(incidents);
  incidents.attachAll = (joining, causes) => {
    deps.clock.advance(10_000);
    return attachAll(joining, causes);
  };

  expect(await processDelivery(deps, "in-1")).toMatchObject({ status: "again", notBeforeMs: deps.clock.nowMs() });
  expect(item()?.state).toBe("new");
  while ((await processDelivery(deps, "in-1")).status === "again") expect(item()?.state).toBe("new");

  expect(item()?.state).toBe("processed");
  expect(await incidents.list(DEFAULT_TENANT, { limit: 10 })).toMatchObject([{ alertCount: 1_200 }]);
});

test("an alert that cannot be placed keeps none of the others waiting, and the job runs again for it", async () => {
  const { deps, incidents, item } = await setUp("{}", twoAlerts);
  const apply = incidents.apply.bind(incidents);
  incidents.apply = (change, causes) =>
    change.alert.eventId === "1" ? Promise.reject(new Error("broken row")) : apply(change, causes);

  await expect(processDelivery(deps, "in-1")).rejects.toThrow("broken row");

  expect(await incidents.list(DEFAULT_TENANT, { limit: 10 })).toMatchObject([{ alertCount: 1 }]);
  expect(item()?.state).toBe("new");
});

const aSentNote: SentNote<string> = {
  source: "test",
  key: "note:N1",
  fingerprint: alertFingerprint("Q1"),
  externalId: "Q1",
  authorId: "U1",
  who: "Ann",
  text: `password ${FakeRedactor.SECRET}`,
  atMs: TEN_O_CLOCK,
};

test("what a person wrote at the sender is on the incident once, redacted, with its author, and is looked at", async () => {
  const source = { parse: () => [anAlert()], parseNotes: () => [aSentNote, aSentNote] };
  const { deps, inbox, incidents, jobs } = await setUp("{}", source);
  await processDelivery(deps, "in-1");
  const requested = jobs.all.length;
  for (const stored of inbox.items.values()) inbox.items.set(stored.id, { ...stored, state: "new" });
  await processDelivery(deps, "in-1");

  expect(await incidents.notes(DEFAULT_TENANT, incidentId("inc-1"))).toMatchObject([
    { actorKind: "webhook", actorId: "test:U1", who: "Ann", text: "password [hidden]", atMs: TEN_O_CLOCK },
  ]);
  expect(jobs.all.slice(0, requested).at(-1)).toMatchObject({ name: "incident.investigate", payload: { revision: 2 } });
  expect(jobs.all).toHaveLength(requested);
});

test("a note finds its incident by an id that redaction changed", async () => {
  const named = alertFingerprint(`for ${FakeRedactor.SECRET}`);
  const source = {
    parse: () => [anAlert({ fingerprint: named, externalId: named })],
    parseNotes: () => [{ ...aSentNote, fingerprint: named, externalId: named }],
  };
  const { deps, incidents } = await setUp("{}", source);

  expect(await processDelivery(deps, "in-1")).toEqual({ status: "done" });
  expect(await incidents.notes(DEFAULT_TENANT, incidentId("inc-1"))).toHaveLength(1);
});

test("a note that overtakes its alert waits for ten minutes, ever longer; one of an unknown incident is then let go", async () => {
  const { deps, incidents, item } = await setUp("{}", { parseNotes: () => [aSentNote] });
  const clock = new ManualClock(epochMs(0));
  const early = { ...deps, clock };

  expect(await processDelivery(early, "in-1")).toMatchObject({ status: "again", notBeforeMs: 3_000 });
  expect(item()?.state).toBe("new");

  clock.advance(300_000);
  expect(await processDelivery(early, "in-1")).toMatchObject({ status: "again", notBeforeMs: 360_000 });

  clock.advance(300_000);
  expect(await processDelivery(early, "in-1")).toEqual({ status: "done" });
  expect(await incidents.list(DEFAULT_TENANT, { limit: 10 })).toEqual([]);
  expect(item()?.state).toBe("processed");
});

async function setUpTwoCases(receivedAgoMs = 0) {
  const all = await setUp("{}", {
    parse: () => [
      anAlert({ eventId: "1" }),
      anAlert({ eventId: "2", fingerprint: alertFingerprint("QT"), groupKey: "t", service: safe`till` }),
    ],
  });
  const stored = all.item();
  if (stored === undefined) throw new Error("nothing stored");
  const receivedAtMs = epochMs(all.deps.clock.nowMs() - receivedAgoMs);
  all.inbox.items.set("in-1", { ...stored, delivery: { ...stored.delivery, receivedAtMs } });
  return { ...all, count: async () => (await all.incidents.list(DEFAULT_TENANT, { limit: 10 })).length };
}

test("an alert that waits for the first look beside it comes again soon, and after ten seconds opens its own case", async () => {
  const { deps, count } = await setUpTwoCases();

  expect(await processDelivery(deps, "in-1")).toMatchObject({ status: "again", notBeforeMs: deps.clock.nowMs() + 500 });
  expect(await count()).toBe(1);
  deps.clock.advance(10_000);

  expect(await processDelivery(deps, "in-1")).toEqual({ status: "done" });
  expect(await count()).toBe(2);
});

test("what came while no worker ran waits from the start of this one on", async () => {
  const { deps, count } = await setUpTwoCases(60_000);
  const startedMs = deps.clock.nowMs();

  expect(await processDelivery({ ...deps, startedMs }, "in-1")).toMatchObject({ status: "again" });
  deps.clock.advance(10_000);
  expect(await processDelivery({ ...deps, startedMs }, "in-1")).toEqual({ status: "done" });
  expect(await count()).toBe(2);
});

test("an alert waits longer when workers start anew, but not for ever when they do so again and again", async () => {
  const { deps, count } = await setUpTwoCases(60_000);

  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 6_000) {
    const outcome = await processDelivery({ ...deps, startedMs: deps.clock.nowMs() }, "in-1");
    expect(outcome).toMatchObject({ status: "again" });
    deps.clock.advance(6_000);
  }
  expect(await processDelivery({ ...deps, startedMs: deps.clock.nowMs() }, "in-1")).toEqual({ status: "done" });
  expect(await count()).toBe(2);
});

test("a sender that asks to be confirmed is answered with what it sent, before the delivery is done", async () => {
  const asked: unknown[] = [];
  const { deps, item } = await setUp('{"token":"t"}', {
    confirm: (body) => {
      asked.push(body);
      return Promise.resolve();
    },
  });

  await processDelivery(deps, "in-1");

  expect(asked).toEqual([{ token: "t" }]);
  expect(item()?.state).toBe("processed");
});

test("a confirmation that did not get through keeps the delivery, so that the job runs again", async () => {
  const { deps, item } = await setUp("{}", {
    confirm: () => Promise.reject(new UnavailableError("sender", { retryable: true })),
  });

  await expect(processDelivery(deps, "in-1")).rejects.toThrow(UnavailableError);
  expect(item()?.state).toBe("new");
});
