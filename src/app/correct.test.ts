import { expect, test, vi } from "vitest";
import { anActor, anAlert } from "../../test/support/builders.ts";
import { ManualClock, RequestedJobs } from "../../test/support/fakes.ts";
import { InMemoryIncidents } from "../../test/support/in-memory-incidents.ts";
import { InMemoryCorrections } from "../../test/support/people-stores.ts";
import type { CorrectionFact } from "../core/corrections/correction.ts";
import { DEFAULT_TENANT, incidentId } from "../core/ids.ts";
import { safe } from "../core/safe.ts";
import { correct } from "./correct.ts";

test("what stands can be taken back also on an incident that takes no more corrections", async () => {
  const clock = new ManualClock();
  const incidents = new InMemoryIncidents(new RequestedJobs(), clock);
  const decision = { kind: "open", reason: "no-open-incident-matches" } as const;
  await incidents.apply({ tenant: DEFAULT_TENANT, decision, alert: anAlert() }, () => []);
  const corrections = new InMemoryCorrections(incidents);
  const update = { kind: "status-update", text: safe`rolled back` } as const;
  const facts = Array.from({ length: 1000 }, (_, index): CorrectionFact => {
    return { id: String(index + 1), atMs: clock.nowMs(), actorId: "a", who: safe`Ada`, correction: update };
  });
  vi.spyOn(corrections, "ofIncident").mockResolvedValue(facts);
  const deps = { clock, incidents, corrections, publishingSurfaces: () => [] };
  const id = incidentId("inc-1");

  await expect(correct(deps, anActor(), { incidentId: id, correction: update })).rejects.toThrow("too many");
  const undo = { kind: "undo", of: "7" } as const;
  expect(await correct(deps, anActor(), { incidentId: id, correction: undo })).toMatchObject({ kind: "recorded" });
});
