import { expect, test } from "vitest";
import { readTracingSettings } from "./settings.ts";

const BASE = "http://collector.shop.example:4318";
const read = (env: Readonly<Record<string, string>> = {}) =>
  readTracingSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: BASE, ...env });
const ALL = { root: "always", followsParent: true };

test("nothing is traced while no address is set", () => {
  expect(readTracingSettings({})).toEqual({ settings: null, problems: [] });
  expect(readTracingSettings({ OTEL_SERVICE_NAME: "shop-bot", OTEL_TRACES_SAMPLER: "always_on" }).settings).toBeNull();
});

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: BASE }, `${BASE}/v1/traces`],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: `${BASE}/` }, `${BASE}/v1/traces`],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: `${BASE}/otlp/` }, `${BASE}/otlp/v1/traces`],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${BASE}/as/it/is` }, `${BASE}/as/it/is`],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: BASE }, `${BASE}/`],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://other:1", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${BASE}/t` }, `${BASE}/t`],
])("a general address is a base, the one for traces is used as it is and wins: %o", (env, url) => {
  expect(readTracingSettings(env).settings?.url.href).toBe(url);
});

test("without further settings everything is sent, under the name traceops", () => {
  expect(read()).toMatchObject({ settings: { serviceName: "traceops", headers: {}, sampler: ALL }, problems: [] });
  expect(read({ OTEL_SERVICE_NAME: "shop-bot" }).settings?.serviceName).toBe("shop-bot");
});

test.each([
  ["always_on", undefined, { root: "always", followsParent: false }],
  ["always_off", undefined, { root: "never", followsParent: false }],
  ["traceidratio", "0.25", { root: { ratio: 0.25 }, followsParent: false }],
  ["traceidratio", undefined, { root: { ratio: 1 }, followsParent: false }],
  ["parentbased_always_on", undefined, ALL],
  ["parentbased_always_off", undefined, { root: "never", followsParent: true }],
  ["parentbased_traceidratio", "0", { root: { ratio: 0 }, followsParent: true }],
  ["PARENTBASED_ALWAYS_ON", undefined, ALL],
])("the sampler %s with %s is the specification's", (name, argument, sampler) => {
  const more = argument === undefined ? {} : { OTEL_TRACES_SAMPLER_ARG: argument };

  expect(read({ OTEL_TRACES_SAMPLER: name, ...more })).toMatchObject({ settings: { sampler }, problems: [] });
});

test.each([
  ["jaeger_remote", "1"],
  ["xray", "1"],
  ["traceidratio", "1.5"],
  ["traceidratio", "half"],
  ["parentbased_traceidratio", "-1"],
])("a sampler that is not known here, %s with %s, is said and everything is sent", (name, argument) => {
  const { settings, problems } = read({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument });

  expect(settings?.sampler.root === "always" || settings?.sampler.root).toSatisfy(
    (root: unknown) => root === true || JSON.stringify(root) === '{"ratio":1}',
  );
  expect(problems).toHaveLength(1);
});

test("headers are decoded, those for traces win, and what is no header is left out without being told", () => {
  const { settings, problems } = read({
    OTEL_EXPORTER_OTLP_HEADERS:
      "Authorization=Bearer%20abc%3D, x-team = shop ,nonsense-s3cret,=x,bad name=1,broken=%E0%A4",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-team=basket,x-key=a=b",
  });

  expect(settings?.headers).toEqual({ authorization: "Bearer abc=", "x-team": "basket", "x-key": "a=b" });
  expect(problems).toEqual(["OTEL_EXPORTER_OTLP_HEADERS: 4 of 6 entries are not name=value and are left out"]);
});

test("a header cannot smuggle in a second one", () => {
  expect(read({ OTEL_EXPORTER_OTLP_HEADERS: "x-team=shop%0d%0ax-admin:%201" }).settings?.headers).toEqual({});
});

test.each([[{ OTEL_SDK_DISABLED: "true" }], [{ OTEL_SDK_DISABLED: "TRUE" }], [{ OTEL_TRACES_EXPORTER: "none" }]])(
  "%o switches tracing off, whatever else is set, and nothing is said",
  (env) => {
    expect(read(env)).toEqual({ settings: null, problems: [] });
  },
);

test("only the word true disables; whatever else was meant is said", () => {
  expect(read({ OTEL_SDK_DISABLED: "false" }).problems).toEqual([]);
  for (const value of ["1", "yes"]) {
    const { settings, problems } = read({ OTEL_SDK_DISABLED: value });
    expect(settings).not.toBeNull();
    expect(problems).toEqual(["OTEL_SDK_DISABLED: neither true nor false, it counts as false"]);
  }
});

test.each([
  "collector:4317",
  "unix:///run/collector.sock",
  "not an address s3cret",
  "http://name:s3cret@collector:4318",
])("an address that cannot be used switches tracing off with one sentence that does not hold it: %s", (url) => {
  const { settings, problems } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: url });

  expect(settings).toBeNull();
  expect(problems).toHaveLength(1);
  expect(problems.join(" ")).not.toMatch(/s3cret|collector:|unix:/u);
});

test("gRPC is refused with a sentence, since its port speaks nothing else", () => {
  const { settings, problems } = read({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" });

  expect([settings, problems.length]).toEqual([null, 1]);
  expect(
    read({ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf" }).problems,
  ).toEqual([]);
  expect(read({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" })).toMatchObject({ settings: { sampler: ALL } });
});
