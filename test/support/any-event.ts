import fc from "fast-check";
import type { Event } from "../../src/core/event.ts";
import { type EpochNs, type EventId, epochMs, epochNs, type HypothesisId } from "../../src/core/ids.ts";

const text = (maxLength = 40) => fc.string({ maxLength, unit: "grapheme" }).map((each) => each.toWellFormed());
const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/u);
const traceContextId = fc.stringMatching(/^[1-9a-f][0-9a-f]{15,31}$/u);
const ns = fc.bigInt({ min: 946_684_800_000_000_000n, max: 4_102_444_799_999_999_999n }).map(epochNs);
const orNull = <T>(each: fc.Arbitrary<T>) => fc.option(each, { nil: null });
/** JSON knows no -0. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0);
const attributes = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}(?:\.[a-z]{1,8}){0,2}$/u),
  fc.oneof(text(), fc.boolean(), number),
  { maxKeys: 8, noNullPrototype: true },
);
const count = fc.nat({ max: 1_000_000 });
const base = {
  id: fc.stringMatching(/^e[a-z0-9]{4,12}$/u).map((id) => id as EventId),
  atNs: ns,
  observedNs: orNull<EpochNs>(ns),
  service: orNull(name),
  host: orNull(name),
  source: name,
  ref: name,
  traceId: orNull(traceContextId),
  spanId: orNull(traceContextId),
  requestId: orNull(name),
};
const kind = <const Kind extends Event["kind"]>(each: Kind) => fc.constant(each);
/** Any event of each kind that can be written as JSON; units are the normal ones. */
export const anyEvent: Readonly<Record<Event["kind"], fc.Arbitrary<Event<string>>>> = {
  log: fc
    .record({
      ...base,
      kind: kind("log"),
      severity: fc.constantFrom("trace", "debug", "info", "warn", "error", "fatal", "unspecified"),
      body: text(200),
      attributes,
      exception: orNull(fc.record({ type: text(), message: text(), frames: fc.array(text(), { maxLength: 4 }) })),
      repeats: fc.array(fc.tuple(count, count), { maxLength: 3 }),
    })
    .map(({ repeats, ...log }) => ({
      ...log,
      repeats: { seconds: repeats.map(([second]) => second), counts: repeats.map(([, each]) => each) },
    })),
  span: fc.record({
    ...base,
    kind: kind("span"),
    name: text(),
    spanKind: fc.constantFrom("internal", "server", "client", "producer", "consumer", "unspecified"),
    parentSpanId: orNull(traceContextId),
    durationNs: fc.bigInt({ min: 0n, max: 10n ** 18n }),
    status: fc.constantFrom("unset", "ok", "error"),
    attributes,
  }),
  metric: fc.record({
    ...base,
    kind: kind("metric"),
    name,
    unit: fc.constantFrom("s", "By", "%", "1", "", "{request}/s", "By/s", "furlong"),
    value: number,
    attributes,
  }),
  change: fc.record({
    ...base,
    kind: kind("change"),
    change: fc.record({
      kind: fc.constantFrom("deploy", "rollout", "config", "flag", "migration", "merge"),
      status: fc.constantFrom("deployed", "merged", "failed", "rolled-back"),
      version: text(),
      previousVersion: orNull(text()),
      environment: orNull(text()),
      by: orNull(text()),
      url: orNull(text()),
      summary: text(),
      files: fc.array(fc.record({ path: name, diff: fc.array(text(), { maxLength: 3 }) }), { maxLength: 3 }),
      pullRequest: orNull(fc.record({ number: count, title: text(), url: orNull(text()) })),
      rollout: fc.record({
        newPods: fc.array(name, { maxLength: 3 }),
        removedPods: fc.array(name, { maxLength: 3 }),
        oldReplicas: count,
        newReplicas: count,
        completedAtMs: orNull(fc.integer({ min: 946_684_800_000, max: 4_102_444_799_999 }).map(epochMs)),
      }),
    }),
  }),
  alert: fc.record(
    {
      ...base,
      kind: kind("alert"),
      title: name,
      status: fc.constantFrom("firing", "acknowledged", "resolved"),
      url: orNull(text()),
      attributes,
    },
    { requiredKeys: [...Object.keys(base), "kind", "title", "status", "url"] as never },
  ),
  kubernetes: fc.record({
    ...base,
    kind: kind("kubernetes"),
    object: name,
    reason: name,
    type: fc.constantFrom("Normal", "Warning"),
    note: text(),
    count,
  }),
  "kubernetes-object": fc.record({
    ...base,
    kind: kind("kubernetes-object"),
    object: name,
    manifest: fc.constantFrom({ spec: { replicas: 3, paused: false }, status: [null, "x"] }, {}),
  }),
  person: fc.record({
    ...base,
    kind: kind("person"),
    who: name,
    text: text(),
    stated: fc.record({
      kind: fc.constantFrom("change", "dependency", "load", "not-known"),
      hypothesisId: orNull(fc.constant("h1" as HypothesisId)),
      isCause: fc.boolean(),
    }),
  }),
};
