const TIME = "1795225640123456789";

export const attribute = (key: string, value: object) => ({ key, value });
export const text = (key: string, value: string) => attribute(key, { stringValue: value });

const RESOURCE = {
  attributes: [
    text("service.name", "checkout"),
    text("service.version", "4.2.0"),
    text("host.name", "host-1"),
    attribute("process.pid", { intValue: "4211" }),
  ],
};

export const LOG = {
  timeUnixNano: TIME,
  observedTimeUnixNano: "1795225641000000000",
  severityNumber: 17,
  severityText: "ERROR",
  body: { stringValue: "charge 4711 failed: password=hunter2x" },
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  attributes: [
    attribute("http.status_code", { intValue: "502" }),
    attribute("retry", { boolValue: true }),
    attribute("share", { doubleValue: 0.25 }),
    attribute("big", { intValue: "9007199254740993" }),
    attribute("raw", { bytesValue: "AAEC" }),
    attribute("list", { arrayValue: { values: [{ stringValue: "a" }, { intValue: "-2" }] } }),
    attribute("request", { kvlistValue: { values: [text("id", "r-17")] } }),
    text("exception.type", "TimeoutError"),
    text("exception.message", "deadline exceeded"),
    text("exception.stacktrace", "TimeoutError: deadline exceeded\n    at pay (/app/pay.js:42:7)"),
  ],
};

export const SPAN = {
  traceId: LOG.traceId,
  spanId: LOG.spanId,
  parentSpanId: "aaaaaaaaaaaaaaaa",
  name: "POST /pay",
  kind: 3,
  startTimeUnixNano: TIME,
  endTimeUnixNano: "1795225640373456789",
  attributes: [text("peer.service", "payments"), attribute("request.size", { intValue: "12" })],
  events: [
    { timeUnixNano: TIME, name: "retry", attributes: [] },
    {
      timeUnixNano: TIME,
      name: "exception",
      attributes: [text("exception.type", "ConnectError"), text("exception.message", "refused")],
    },
  ],
  status: { code: 2, message: "deadline" },
};

const point = { timeUnixNano: TIME, attributes: [text("http.route", "/pay")] };

export const METRICS = [
  { name: "pool.used", unit: "1", gauge: { dataPoints: [{ ...point, asInt: "20" }] } },
  {
    name: "load",
    unit: "",
    gauge: {
      dataPoints: [
        { ...point, asDouble: 0.75 },
        { ...point, asDouble: -1.5 },
      ],
    },
  },
  { name: "requests", unit: "{request}", sum: { dataPoints: [{ ...point, asInt: "-3" }], isMonotonic: true } },
  {
    name: "duration",
    unit: "s",
    histogram: {
      dataPoints: [
        {
          ...point,
          count: "10",
          sum: 4.2,
          bucketCounts: ["2", "6", "1", "1"],
          explicitBounds: [0.1, 0.5, 1],
          min: 0.02,
          max: 2.5,
        },
      ],
    },
  },
  {
    name: "size",
    unit: "By",
    exponentialHistogram: {
      dataPoints: [
        {
          ...point,
          count: "8",
          sum: 60,
          scale: 0,
          zeroCount: "1",
          positive: { offset: 1, bucketCounts: ["3", "4"] },
          negative: { offset: -1, bucketCounts: [] },
          max: 8,
        },
      ],
    },
  },
  {
    name: "pause",
    unit: "s",
    summary: {
      dataPoints: [
        {
          ...point,
          count: "4",
          sum: 2,
          quantileValues: [
            { quantile: 0.5, value: 0.4 },
            { quantile: 0.999, value: 0.9 },
          ],
        },
      ],
    },
  },
];

/** OTLP/JSON requests around these records. */
export const logsRequest = (records: readonly object[] = [LOG], resource: object = RESOURCE) => ({
  resourceLogs: [{ resource, scopeLogs: [{ scope: { name: "app" }, logRecords: records }] }],
});
export const tracesRequest = (spans: readonly object[] = [SPAN]) => ({
  resourceSpans: [{ resource: RESOURCE, scopeSpans: [{ scope: { name: "app" }, spans }] }],
});
export const metricsRequest = (metrics: readonly object[] = METRICS) => ({
  resourceMetrics: [{ resource: RESOURCE, scopeMetrics: [{ scope: { name: "app" }, metrics }] }],
});
