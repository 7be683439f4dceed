import { expect, test } from "vitest";
import { anAlert } from "../../test/support/builders.ts";
import {
  FakeRedactor,
  InMemoryAnalyses,
  ManualClock,
  RecordingLogger,
  RequestedJobs,
} from "../../test/support/fakes.ts";
import { InMemoryIncidents } from "../../test/support/in-memory-incidents.ts";
import { DEFAULT_CORRELATION_POLICY } from "../core/correlation/correlate.ts";
import { alertFingerprint, DEFAULT_TENANT } from "../core/ids.ts";
import { safe } from "../core/safe.ts";
import { ingestAlerts } from "./ingest-alerts.ts";

function setUp() {
  const jobs = new RequestedJobs();
  const clock = new ManualClock();
  const incidents = new InMemoryIncidents(jobs, clock);
  const deps = {
    clock,
    logger: new RecordingLogger(),
    redactor: new FakeRedactor(),
    incidents,
    analyses: new InMemoryAnalyses(jobs),
    policy: DEFAULT_CORRELATION_POLICY,
    publishingSurfaces: () => ["slack"],
  };
  const list = () => incidents.list(DEFAULT_TENANT, { limit: 50 });
  const ingest = (alerts: Parameters<typeof ingestAlerts>[2]) => ingestAlerts(deps, DEFAULT_TENANT, alerts);
  return { deps, jobs, clock, incidents, list, ingest };
}

const many = (count: number, overrides: Parameters<typeof anAlert>[0] = {}) =>
  Array.from({ length: count }, (_, number) =>
    anAlert({ eventId: `e${number}`, fingerprint: alertFingerprint(`f${number}`), ...overrides }),
  );

test("every alert of a large group is in its incident, which is looked into once more and not once for each", async () => {
  const { jobs, incidents, list, ingest } = setUp();

  expect(await ingest(many(1_700))).toBe("placed");

  const [incident, ...others] = await list();
  expect(others).toEqual([]);
  expect(incident?.alertCount).toBe(1_700);
  expect(await incidents.alerts(DEFAULT_TENANT, incident?.id ?? ("none" as never))).toHaveLength(1_700);
  // The first alert opens it; then one follow-up for each step of 500.
  expect(jobs.all.filter(({ name }) => name === "incident.investigate")).toHaveLength(1 + 4);
});

test("the alerts of one body go to the incidents that they would go to one by one", async () => {
  const bodies = [
    ...many(3, { groupKey: "depot", service: safe`depot` }),
    ...["a", "b", "a"].map((name, number) =>
      anAlert({
        eventId: `s${number}`,
        fingerprint: alertFingerprint(`s${number}`),
        groupKey: `${name}${number}`,
        service: safe`${safe`till`}-${name === "a" ? safe`a` : safe`b`}`,
      }),
    ),
    anAlert({ eventId: "end", fingerprint: alertFingerprint("f1"), groupKey: "depot", status: "resolved" }),
  ];
  const together = setUp();
  const alone = setUp();

  await together.ingest(bodies);
  for (const alert of bodies) await alone.ingest([alert]);

  const told = (all: Awaited<ReturnType<typeof together.list>>) =>
    all.map(({ id, service, alertCount, status }) => ({ id, service, alertCount, status }));
  expect(told(await together.list())).toEqual(told(await alone.list()));
  expect(told(await together.list())).toHaveLength(3);
});

test("a run whose time is up stores what it has, and the next one goes on behind it until all are stored", async () => {
  const { clock, incidents, list, ingest } = setUp();
  const attachAll = incidents.attachAll.bind(incidents);
  incidents.attachAll = (joining, causes) => {
    clock.advance(6_000);
    return attachAll(joining, causes);
  };
  const alerts = many(2_200);

  const outcomes = [
    await ingest(alerts),
    (await list())[0]?.alertCount,
    await ingest(alerts),
    (await list())[0]?.alertCount,
  ];

  expect(outcomes).toEqual(["unfinished", 1_000, "unfinished", 1_500]);
  expect([await ingest(alerts), await ingest(alerts)]).toEqual(["unfinished", "placed"]);
  expect((await list())[0]?.alertCount).toBe(2_200);
});

const isBad = ({ eventId }: { eventId: string }) => eventId === "e7";

test("one alert that the store does not take keeps none of the others waiting, and the job runs again for it", async () => {
  const { incidents, list, ingest } = setUp();
  const [attachAll, apply] = [incidents.attachAll.bind(incidents), incidents.apply.bind(incidents)];
  incidents.attachAll = (joining, causes) =>
    joining.placed.some(({ alert }) => isBad(alert))
      ? Promise.reject(new Error("broken row"))
      : attachAll(joining, causes);
  incidents.apply = (change, causes) =>
    isBad(change.alert) ? Promise.reject(new Error("broken row")) : apply(change, causes);

  await expect(ingest(many(1_100))).rejects.toThrow("broken row");

  expect((await list())[0]?.alertCount).toBe(1_099);
});

test("a large group that is over asks for its last look and is drawn", async () => {
  const { jobs, list, ingest } = setUp();
  await ingest(many(600));
  const before = jobs.all.length;

  await ingest(many(600, { status: "resolved" }).map((alert) => ({ ...alert, eventId: `${alert.eventId} over` })));

  expect((await list())[0]).toMatchObject({ status: "resolved", alertCount: 600 });
  expect(jobs.all.slice(before).at(-2)).toMatchObject({
    name: "incident.investigate",
    payload: { sinceMs: expect.any(Number) },
  });
  expect(jobs.all.at(-1)).toMatchObject({ name: "surface.publish" });
});
