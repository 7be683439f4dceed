import { expect, test } from "vitest";
import { anActor, TEN_O_CLOCK } from "../../test/support/builders.ts";
import { ManualClock } from "../../test/support/fakes.ts";
import type { ChangeEvent } from "../core/event.ts";
import type { Evidence, EvidenceQuery } from "../core/evidence.ts";
import { epochMs, eventId } from "../core/ids.ts";
import { type Safe, safe } from "../core/safe.ts";
import { msToNs } from "../core/time.ts";
import type { EvidencePort } from "./ports.ts";
import { recentChanges } from "./recent-changes.ts";

const MINUTE = 60_000;

function changeOf(service: Safe, minutesAgo: number, version: Safe): ChangeEvent {
  return {
    kind: "change",
    id: eventId("deploys", `${service}/${version}`),
    atNs: msToNs(epochMs(TEN_O_CLOCK - minutesAgo * MINUTE)),
    observedNs: null,
    service,
    host: null,
    source: "deploys",
    ref: safe`ref`,
    traceId: null,
    spanId: null,
    requestId: null,
    change: {
      kind: "deploy",
      status: "deployed",
      version,
      previousVersion: null,
      environment: null,
      by: safe`ana`,
      url: null,
      summary: safe`Release ${version}`,
      files: [],
      pullRequest: null,
    },
  };
}

const found = (...events: readonly ChangeEvent[]): Evidence => ({
  status: "found",
  events,
  read: events.length,
  partial: null,
});

function ask(ports: readonly EvidencePort[], request: { service?: Safe; sinceMs?: number } = {}) {
  const sinceMs = epochMs(request.sinceMs ?? TEN_O_CLOCK - 120 * MINUTE);
  return recentChanges({ clock: new ManualClock(), evidence: ports }, anActor(), {
    service: request.service ?? null,
    sinceMs,
  });
}

const port = (name: string, evidence: Evidence, tellsChanges = true): EvidencePort => ({
  name,
  tellsChanges,
  gather: async () => evidence,
});

test("changes of all sources come newest first, each once, and only from the time that was asked for", async () => {
  const twice = changeOf(safe`orders`, 5, safe`v2`);
  const answer = await ask([
    port("Deploys", found(twice, changeOf(safe`web`, 180, safe`v7`))),
    port("GitHub", found(changeOf(safe`billing`, 2, safe`v3`), twice)),
  ]);

  expect(answer.changes.map(({ service, version }) => [service, version])).toEqual([
    ["billing", "v3"],
    ["orders", "v2"],
  ]);
  expect(answer).toMatchObject({ hidden: 0, read: ["Deploys", "GitHub"], gaps: [] });
});

test("a source that could not be read, or only in part, is a gap, and an empty one is not", async () => {
  const answer = await ask([
    port("Git checkout", { status: "empty", searched: safe`one repository` }),
    port("GitHub", { status: "failed", reason: "timeout", detail: safe`no answer within 20 s` }),
    port("Deploys", { status: "found", events: [], read: 9, partial: safe`the first 9 of 20 files` }),
  ]);

  expect(answer.changes).toEqual([]);
  expect(answer.read).toEqual(["Git checkout", "Deploys"]);
  expect(answer.gaps).toEqual([
    { source: "GitHub", because: "no answer within 20 s" },
    { source: "Deploys", because: "the first 9 of 20 files" },
  ]);
});

test("only sources that tell of changes are asked, for at most a week, and one service is told apart", async () => {
  const asked: EvidenceQuery[] = [];
  const changes: EvidencePort = {
    name: "Deploys",
    tellsChanges: true,
    gather: async (query) => {
      asked.push(query);
      return found(changeOf(safe`orders`, 5, safe`v2`), changeOf(safe`web`, 6, safe`v7`));
    },
  };
  const logs: EvidencePort = { name: "Logs", gather: () => Promise.reject(new Error("nobody may ask")) };

  const answer = await ask([changes, logs], { service: safe`web`, sinceMs: 0 });

  expect(answer.changes.map(({ service }) => service)).toEqual(["web"]);
  expect(asked).toMatchObject([{ service: "web", window: { toMs: TEN_O_CLOCK } }]);
  expect((asked[0]?.window.toMs ?? 0) - (asked[0]?.window.fromMs ?? 0)).toBe(7 * 24 * 60 * MINUTE);
});
