import { expect, test } from "vitest";
import type { EventSegments, PushedEvents } from "../../app/ports.ts";
import type { LogEvent } from "../../core/event.ts";
import type { EvidenceQuery } from "../../core/evidence.ts";
import { DEFAULT_TENANT, epochMs, epochNs, eventId, incidentId } from "../../core/ids.ts";
import { safe } from "../../core/safe.ts";
import { pushedEvents } from "./index.ts";

const query: EvidenceQuery = {
  tenant: DEFAULT_TENANT,
  incidentId: incidentId("i1"),
  service: null,
  window: { fromMs: epochMs(1_763_689_000_000), toMs: epochMs(1_763_690_000_000) },
  baseline: { fromMs: epochMs(1_763_680_000_000), toMs: epochMs(1_763_689_000_000) },
  external: [],
};

const event: LogEvent = {
  kind: "log",
  id: eventId("pushed-events", "1"),
  atNs: epochNs(1_763_689_500_000_000_000n),
  observedNs: null,
  service: safe`checkout`,
  host: null,
  source: "pushed-events",
  ref: safe`otlp/1`,
  traceId: null,
  spanId: null,
  requestId: null,
  severity: "error",
  body: safe`boom`,
  attributes: {},
  exception: null,
};

const gather = (stored: PushedEvents | null, segments: EventSegments | null = null) => {
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const clock = { nowMs: () => query.window.toMs };
  const source = pushedEvents.create({}, { clock, logger, pushedEvents: stored, segments, pagerDuty: null });
  return source?.gather(query, new AbortController().signal);
};

test("baseline and window are read in one go", async () => {
  const asked: unknown[] = [];
  const stored: PushedEvents = {
    append: () => Promise.resolve(),
    prune: () => Promise.resolve(0),
    read: (tenant, range) => {
      asked.push([tenant, range.fromMs, range.toMs]);
      return Promise.resolve([event]);
    },
  };

  expect(await gather(stored)).toEqual({ status: "found", events: [event], read: 1, partial: null });
  expect(asked).toEqual([[DEFAULT_TENANT, query.baseline.fromMs, query.window.toMs]]);
});

test("nothing sent is empty and names the range; no store is no source", async () => {
  const stored = { append: () => Promise.resolve(), prune: () => Promise.resolve(0), read: () => Promise.resolve([]) };

  expect(await gather(stored)).toMatchObject({ status: "empty", searched: expect.stringContaining("2025-11-20T") });
  expect(gather(null)).toBeUndefined();
});

const none: PushedEvents = {
  append: () => Promise.resolve(),
  prune: () => Promise.resolve(0),
  read: () => Promise.resolve([]),
};

function segmentsWith(partial: string | null, events: readonly LogEvent<string>[]): EventSegments {
  return {
    append: () => Promise.resolve(),
    prune: () => Promise.resolve(0),
    close: () => Promise.resolve(),
    read: () => Promise.resolve({ events, read: 1_000_000, partial }),
  };
}

test("raw records come with announced events, and all lines that were read are counted", async () => {
  expect(await gather(none, segmentsWith(null, [event]))).toEqual({
    status: "found",
    events: [event],
    read: 1_000_000,
    partial: null,
  });
});

test("segments that could not be read are never told as nothing there", async () => {
  expect(await gather(none, segmentsWith("a segment of 10 MB is damaged", []))).toMatchObject({
    status: "found",
    partial: "a segment of 10 MB is damaged",
  });
});
