import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, type Mock, test, vi } from "vitest";
import type { SpanStart } from "../src/app/tracing-port.ts";
import { OtlpExporter } from "../src/platform/telemetry/otlp-exporter.ts";
import { readTracingSettings } from "../src/platform/telemetry/settings.ts";
import { type RunningTracing, startTracing } from "../src/platform/telemetry/tracing.ts";
import { type Collector, type Manners, startCollector } from "./support/tracing-collector.ts";

const SECRET = "plum-tart-hunter2";
const KEY = "0123456789abcdef0123456789abcdef-fedcba9876543210".replace("-", "");
/** How a logger is called. */
type Log = (fields: object, message: string) => void;
const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.stop();
});

interface Scene {
  readonly collector: Collector;
  readonly tracing: RunningTracing;
  readonly warn: Mock<Log>;
}

async function scene(manners: Manners = [200], env: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const collector = await startCollector(manners);
  open.push(collector);
  return { collector, ...started({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env }) };
}

function started(env: Readonly<Record<string, string>>) {
  const { settings } = readTracingSettings(env);
  if (settings === null) throw new Error("off");
  const warn = vi.fn<Log>();
  const logger = { debug: vi.fn<Log>(), info: vi.fn<Log>(), warn, error: vi.fn<Log>() };
  const tracing = startTracing({ settings, logger, outbound: [], delayMs: 10 });
  open.push(tracing);
  return { tracing, warn };
}

const start = (name: string, kind: SpanStart["kind"] = "internal", more: Partial<SpanStart> = {}): SpanStart => ({
  name,
  kind,
  attributes: {},
  ...more,
});

test("what runs inside of a span is its child, also side by side, and a server's or consumer's span begins a trace", async () => {
  const { tracing, collector } = await scene();

  await tracing.span(start("job", "consumer"), async () => {
    await Promise.all(
      ["one", "two"].map((name) =>
        tracing.span(start(name), async () => {
          await wait(5);
          await tracing.span(start(`below-${name}`), () => wait(1));
        }),
      ),
    );
    await tracing.span(start("hook", "server"), () => wait(1));
  });
  const spans = await collector.when((all) => all.length === 6);
  const by = (name: string) => spans.find((span) => span.name === name);
  const parents = spans.map(({ name, parentSpanId }) => [
    name,
    spans.find(({ spanId }) => spanId === parentSpanId)?.name ?? "nobody",
  ]);

  expect(Object.fromEntries(parents)).toEqual({
    job: "nobody",
    hook: "nobody",
    one: "job",
    two: "job",
    "below-one": "one",
    "below-two": "two",
  });
  expect(by("hook")?.traceId).not.toBe(by("job")?.traceId);
  expect(["job", "hook", "one"].map((name) => by(name)?.kind)).toEqual([5, 2, 1]);
});

test("work that goes on after its span is over does not count as its child", async () => {
  const { tracing, collector } = await scene();
  const later = Promise.withResolvers<void>();

  await tracing.span(start("job", "consumer"), () => {
    setTimeout(() => void tracing.span(start("late"), () => Promise.resolve()).then(later.resolve), 20);
    return Promise.resolve();
  });
  await later.promise;
  const spans = await collector.when((all) => all.length === 2);

  expect(spans.find(({ name }) => name === "late")?.parentSpanId).toBeUndefined();
});

test("a key gives a span its ids, so that whoever knows the key links to it, once", async () => {
  const { tracing, collector } = await scene();

  await tracing.span(start("hook", "server", { key: () => KEY }), () => Promise.resolve());
  await tracing.span(start("job", "consumer"), () => {
    tracing.causedBy(() => KEY);
    tracing.causedBy(() => KEY);
    return Promise.resolve();
  });
  const spans = await collector.when((all) => all.length === 2);
  const ids = { traceId: KEY.slice(0, 32), spanId: KEY.slice(32) };

  expect(spans.find(({ name }) => name === "hook")).toMatchObject(ids);
  expect(spans.find(({ name }) => name === "job")?.links).toEqual([ids]);
});

test("what the work gives or throws comes back unchanged, and of an error only its name leaves", async () => {
  const { tracing, collector } = await scene();
  const broken = new RangeError(`refused: password=${SECRET}`, { cause: new Error(SECRET) });

  await expect(tracing.span(start("fine"), () => Promise.resolve(7))).resolves.toBe(7);
  await expect(tracing.span(start("broken"), () => Promise.reject(broken))).rejects.toBe(broken);
  await tracing.span(start(`title ${SECRET}!`), (span) => {
    span.set({ "traceops.outcome": `it said "${SECRET}"` });
    span.failed(`message: ${SECRET}`);
    return Promise.resolve();
  });
  const spans = await collector.when((all) => all.length === 3);

  expect(spans[1]).toMatchObject({ name: "broken", attributes: { "error.type": "RangeError" }, status: { code: 2 } });
  expect(spans[1]?.status.message ?? "").toBe("");
  expect(spans.flatMap(({ events }) => events)).toEqual([]);
  expect(Buffer.concat(collector.bodies).includes(SECRET)).toBe(false);
});

test("requests carry the headers of the settings, protobuf and the service's name, and go to the traces' address", async () => {
  const { tracing, collector } = await scene([200], {
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc,content-type=text/plain",
    OTEL_SERVICE_NAME: "shop-bot",
  });

  await tracing.span(start("one"), () => Promise.resolve());
  const [span] = await collector.when((all) => all.length === 1);

  expect(span?.resource).toMatchObject({ "service.name": "shop-bot", "telemetry.sdk.language": "nodejs" });
  expect(collector.paths).toEqual(["/v1/traces"]);
  expect(collector.headers[0]).toMatchObject({
    authorization: "Bearer abc",
    "content-type": "application/x-protobuf",
  });
});

test("the sampler decides for a whole trace", async () => {
  const { tracing, collector } = await scene([200], { OTEL_TRACES_SAMPLER: "parentbased_always_off" });

  await tracing.span(start("job", "consumer"), () => tracing.span(start("below"), () => Promise.resolve()));
  await tracing.stop();

  expect(collector.bodies).toEqual([]);
});

test("a collector that is busy is asked again, and nothing is lost or warned of", async () => {
  const { collector } = await scene([503, 429, 200]);
  const { result, warn } = await exportedTo(new URL(`${collector.url}/v1/traces`));

  expect(result).toEqual({ code: 0 });
  expect(collector.bodies).toHaveLength(3);
  expect(warn).not.toHaveBeenCalled();
});

test.each([400, 401, 404, 500])("a collector that says %i is not asked again", async (status) => {
  const { collector } = await scene([status]);
  const { result, warn } = await exportedTo(new URL(`${collector.url}/v1/traces`));

  expect(result).toEqual({ code: 1 });
  expect(collector.bodies).toHaveLength(1);
  expect(warn.mock.calls[0]?.[0]).toEqual({ spans: 1, because: String(status) });
});

test("a collector that sends elsewhere is not followed", async () => {
  const { collector } = await scene([307]);
  const { warn } = await exportedTo(new URL(`${collector.url}/v1/traces`));

  expect(warn.mock.calls[0]?.[0]).toEqual({ spans: 1, because: "RedirectError" });
});

test("of a collector that stays away one warning a minute is logged, which counts what was lost", async () => {
  const gone = await startCollector();
  await gone.stop();
  const { warn, exportOnce } = exporterFor(new URL(`${gone.url}/v1/traces`), { warnEveryMs: 300 });

  for (let round = 0; round < 5; round++) await exportOnce();
  const soon = warn.mock.calls.length;
  await wait(350);
  await exportOnce();

  expect(soon).toBe(1);
  expect(warn.mock.calls.map(([fields]) => fields)).toEqual([
    { spans: 1, because: "ECONNREFUSED" },
    { spans: 5, because: "ECONNREFUSED" },
  ]);
});

test("a collector that says nothing neither holds up work nor its end for more than a second, and memory stays bounded", async () => {
  const { tracing, collector, warn } = await scene("hangs");
  const begun = performance.now();
  for (let index = 0; index < 10_000; index++) await tracing.span(start("quick"), () => Promise.resolve());
  await wait(100);
  const worked = performance.now();
  await tracing.stop();
  const tookMs = performance.now() - worked;
  const sent = collector.spans().length;

  expect(worked - begun).toBeLessThan(5_000);
  expect(tookMs).toBeGreaterThan(900);
  expect(tookMs).toBeLessThan(2_000);
  // One batch on its way and a full queue; the rest was dropped.
  expect(sent).toBeLessThanOrEqual(512 + 2_048);
  expect(warn).toHaveBeenCalledTimes(1);
});

test("the last spans are sent when the program ends, at once", async () => {
  const { tracing, collector } = await scene();

  await tracing.span(start("last"), () => Promise.resolve());
  await tracing.stop();

  expect(collector.spans().map(({ name }) => name)).toEqual(["last"]);
});

function exporterFor(url: URL, more: { readonly warnEveryMs?: number } = {}) {
  const warn = vi.fn<Log>();
  const logger = { debug: vi.fn<Log>(), info: vi.fn<Log>(), warn, error: vi.fn<Log>() };
  const exporter = new OtlpExporter({ url, headers: {}, logger, pauseMs: 1, tryMs: 1_000, ...more });
  return { warn, exporter, exportOnce: () => exportedBy(exporter) };
}

async function exportedTo(url: URL) {
  const { warn, exportOnce } = exporterFor(url);
  return { result: await exportOnce(), warn };
}

/** One real span through the exporter. */
async function exportedBy(exporter: OtlpExporter): Promise<unknown> {
  const { resourceFromAttributes } = await import("@opentelemetry/resources");
  const { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } = await import("@opentelemetry/sdk-trace");
  const memory = new InMemorySpanExporter();
  const resource = resourceFromAttributes({ "service.name": "shop-bot" });
  const provider = new TracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor({ exporter: memory })] });
  provider.getTracer("test").startSpan("one").end();
  await provider.forceFlush();
  return new Promise((resolve) => exporter.export(memory.getFinishedSpans(), resolve));
}
