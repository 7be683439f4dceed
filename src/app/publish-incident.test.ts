import { expect, test } from "vitest";
import { anAlert } from "../../test/support/builders.ts";
import {
  anEngine,
  InMemoryAnalyses,
  InMemoryFeedback,
  ManualClock,
  RecordingLogger,
  RequestedJobs,
} from "../../test/support/fakes.ts";
import { InMemoryIncidents } from "../../test/support/in-memory-incidents.ts";
import { InMemoryCorrections } from "../../test/support/people-stores.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import type { JobOutcome } from "./jobs/catalog.ts";
import { publishIncident } from "./publish-incident.ts";

async function publishing(outcome: JobOutcome) {
  const jobs = new RequestedJobs();
  const clock = new ManualClock();
  const incidents = new InMemoryIncidents(jobs, clock);
  const decision = { kind: "open", reason: "no-open-incident-matches" } as const;
  await incidents.apply({ tenant: DEFAULT_TENANT, decision, alert: anAlert() }, () => []);
  const deps = {
    tenant: DEFAULT_TENANT,
    clock,
    logger: new RecordingLogger(),
    engine: anEngine(),
    incidents,
    analyses: new InMemoryAnalyses(jobs),
    feedback: new InMemoryFeedback(),
    corrections: new InMemoryCorrections(incidents),
    publicUrl: null,
    surfaces: new Map([["chat", { publish: async () => outcome }]]),
    publishingSurfaces: () => ["chat", "pager"],
  };
  const given = await publishIncident(
    deps,
    { incidentId: "inc-1", surface: "chat" },
    { signal: AbortSignal.timeout(1000) },
  );
  return { given, jobs };
}

test("a surface that could not tell its people makes the others look again, and not itself", async () => {
  const { given, jobs } = await publishing({ status: "done", untold: true });

  expect(given.status).toBe("done");
  expect(jobs.all).toEqual([{ name: "surface.publish", payload: { incidentId: "inc-1", surface: "pager" } }]);
});

test("a surface that told its people asks for nothing", async () => {
  expect((await publishing({ status: "done" })).jobs.all).toEqual([]);
});
