import { expect, test } from "vitest";
import { anEvidencePort } from "../../test/support/fakes.ts";
import { text } from "../../test/support/sample-incident.ts";
import type { ReceiveOutcome } from "../app/receive-delivery.ts";
import type { OpenSpan, SpanAttributes, SpanStart, Tracing } from "../app/tracing-port.ts";
import type { Evidence, EvidenceQuery } from "../core/evidence.ts";
import { DEFAULT_TENANT, epochMs, incidentId } from "../core/ids.ts";
import { type PagerDutyClient, PagerDutyError } from "../platform/clients/pagerduty.ts";
import { tracedEvidence, tracedHook } from "./traced.ts";
import { tracedPagerDuty } from "./traced-pagerduty.ts";
import { deliveryKeys } from "./tracing.ts";

interface Recorded {
  readonly start: SpanStart;
  readonly set: SpanAttributes;
  readonly failed: readonly string[];
}

/** Keeps what it was told. */
function recorder(): { readonly tracing: Tracing; readonly spans: Recorded[] } {
  const spans: Recorded[] = [];
  const tracing: Tracing = {
    async span(start, run) {
      const failed: string[] = [];
      let set: SpanAttributes = {};
      const open: OpenSpan = {
        set: (more) => {
          set = { ...set, ...more };
        },
        failed: (errorType) => void failed.push(errorType),
      };
      try {
        return await run(open);
      } finally {
        spans.push({ start, set, failed });
      }
    },
    causedBy: () => undefined,
  };
  return { tracing, spans };
}

const window = { fromMs: epochMs(0), toMs: epochMs(1) };
const query: EvidenceQuery = {
  tenant: DEFAULT_TENANT,
  incidentId: incidentId("INC-7"),
  service: null,
  window,
  baseline: window,
  external: [],
};
const keyOf = () => "k";
const keysOf = (secret: string) => deliveryKeys({ derive: (name) => `${secret}/${name}` });
const delivery = { raw: new TextEncoder().encode("{}"), headers: {}, receivedAtMs: epochMs(1_000) };

test.each<[ReceiveOutcome, number, readonly string[]]>([
  [{ kind: "accepted" }, 202, []],
  [{ kind: "refused", reason: "wrong-signature" }, 401, []],
  [{ kind: "unavailable" }, 503, ["503"]],
])(
  "a webhook's span has the status that its sender gets, and only what is our fault makes it failed: %o",
  async (outcome, status, failed) => {
    const { tracing, spans } = recorder();

    const given = await tracedHook(tracing, { source: "generic", delivery, keyOf }, () => Promise.resolve(outcome));

    expect(given).toBe(outcome);
    expect(spans[0]?.set).toEqual({ "http.response.status_code": status, "traceops.outcome": outcome.kind });
    expect(spans[0]?.failed).toEqual(failed);
  },
);

test.each<[Evidence, SpanAttributes, readonly string[]]>([
  [
    { status: "found", events: [], read: 0, partial: text("cut") },
    { "traceops.evidence.status": "found", "traceops.evidence.records": 0 },
    [],
  ],
  [{ status: "empty", searched: text("all") }, { "traceops.evidence.status": "empty" }, []],
  [{ status: "not-configured", detail: text("how") }, { "traceops.evidence.status": "not-configured" }, []],
  [{ status: "failed", reason: "timeout", detail: text("why") }, { "traceops.evidence.status": "failed" }, ["timeout"]],
])("a source that was asked tells what became of it and none of its words: %o", async (evidence, set, failed) => {
  const { tracing, spans } = recorder();

  const [port] = tracedEvidence([anEvidencePort("Events sent by applications", evidence)], tracing);
  const given = await port?.gather(query, AbortSignal.timeout(1_000));

  expect(given).toBe(evidence);
  expect(spans[0]).toMatchObject({ start: { name: "gather events-sent-by-applications" }, set, failed });
  expect(spans[0]?.set).toEqual(set);
});

test("calls to PagerDuty are told by method and path, in which every id is left out, and by the status of a refusal", async () => {
  const { tracing, spans } = recorder();
  const refusal = new PagerDutyError({ status: 403, detail: "Access denied for ann@shop.example" });
  const client: PagerDutyClient = {
    get: () => Promise.resolve({ ok: 1 }),
    list: () => Promise.resolve([1]),
    post: () => Promise.reject(refusal),
    put: () => Promise.resolve(null),
    delete: () => Promise.resolve(null),
  };
  const traced = tracedPagerDuty(client, tracing);
  const signal = AbortSignal.timeout(1_000);

  const got = await traced.get("/incidents/Q1plum/log_entries?x=plum", { query: "plum" }, signal);
  const refused = traced.post("/incidents/plum/notes", { plum: 1 }, { from: "plum@shop.example", signal });

  await expect(refused).rejects.toBe(refusal);
  expect(got).toEqual({ ok: 1 });
  expect(spans.map(({ start, set }) => [start.name, set])).toEqual([
    ["GET /incidents/{id}/log_entries", {}],
    ["POST /incidents/{id}/notes", { "http.response.status_code": 403 }],
  ]);
  expect(JSON.stringify(spans)).not.toContain("plum");
});

test("one webhook has one key in every process of an install, its repetition another, and other installs cannot make it", () => {
  const key = keysOf("a")("generic", delivery);
  const asItIsKept = { raw: delivery.raw.slice(), receivedAtMs: delivery.receivedAtMs };

  expect(key).toMatch(/^[0-9a-f]{64}$/u);
  expect(keysOf("a")("generic", asItIsKept)).toBe(key);
  expect(keysOf("a")("generic", { ...delivery, receivedAtMs: epochMs(1_001) })).not.toBe(key);
  expect(keysOf("a")("pagerduty", delivery)).not.toBe(key);
  expect(keysOf("b")("generic", delivery)).not.toBe(key);
});
