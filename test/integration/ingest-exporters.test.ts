import { SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter as JsonLogs } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufLogs } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter as JsonMetrics } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufMetrics } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as JsonTraces } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraces } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type IngestServer, startIngest } from "../support/otlp-server.ts";

const TOKEN = "a-token-of-applications-for-tests";
const resource = resourceFromAttributes({
  "service.name": "basket",
  "service.version": "4.2.0",
  "host.name": "host-1",
});

let server: IngestServer;
beforeAll(async () => {
  server = await startIngest({ tokens: `shop-a=${TOKEN}` });
});
afterAll(() => server.stop());
beforeEach(() => server.clear());

/** What an exporter is configured with; the packages share no type for it. */
const settings = (signal: string, compression: string) => ({
  url: `${server.url}/v1/${signal}`,
  headers: { authorization: `Bearer ${TOKEN}` },
  // The enum of the exporters, by its values.
  compression: compression as never,
});

const exporters = {
  protobuf: { logs: ProtobufLogs, traces: ProtobufTraces, metrics: ProtobufMetrics },
  json: { logs: JsonLogs, traces: JsonTraces, metrics: JsonMetrics },
};

describe.each(["protobuf", "json"] as const)("OpenTelemetry's own exporters, %s", (protocol) => {
  describe.each(["none", "gzip"])("compression %s", (compression) => {
    test("logs arrive with their words, severity, attributes and exception", async () => {
      const exporter = new exporters[protocol].logs(settings("logs", compression));
      const provider = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter })] });
      const logger = provider.getLogger("test");
      for (let number = 0; number < 300; number++)
        logger.emit({ severityNumber: SeverityNumber.INFO, body: `priced basket ${number}`, attributes: { number } });
      logger.emit({
        timestamp: Date.UTC(2026, 10, 21, 2),
        severityNumber: SeverityNumber.ERROR,
        severityText: "ERROR",
        body: { what: "voucher store", code: 502 },
        attributes: {
          request: { headers: { host: "shop" } },
          "exception.type": "ConnectError",
          "exception.message": "refused",
        },
      });
      await provider.shutdown();
      const records = server.records();

      expect(records).toHaveLength(301);
      expect(new Set(server.tenants)).toEqual(new Set(["shop-a"]));
      expect(records[7]).toMatchObject({
        kind: "log",
        service: "basket",
        host: "host-1",
        severity: "info",
        body: "priced basket 7",
        attributes: { number: 7, "service.version": "4.2.0" },
      });
      expect(records.at(-1)).toMatchObject({
        atNs: BigInt(Date.UTC(2026, 10, 21, 2)) * 1_000_000n,
        severity: "error",
        exception: { type: "ConnectError", message: "refused" },
        attributes: { request: '{"headers":{"host":"shop"}}' },
      });
    });

    test("spans arrive with parent, kind, status and events", async () => {
      const exporter = new exporters[protocol].traces(settings("traces", compression));
      const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
      const span = provider
        .getTracer("test")
        .startSpan("POST /charge", { kind: 2, startTime: Date.UTC(2026, 10, 21, 2) });
      span.setAttribute("peer.service", "ledger");
      span.recordException(new TypeError("no ledger"));
      span.setStatus({ code: 2, message: "it failed" });
      span.end(Date.UTC(2026, 10, 21, 2) + 250);
      await provider.shutdown();

      expect(server.records()).toMatchObject([
        {
          kind: "span",
          service: "basket",
          name: "POST /charge",
          spanKind: "client",
          status: "error",
          durationNs: 250_000_000n,
          traceId: span.spanContext().traceId,
          spanId: span.spanContext().spanId,
          attributes: { "peer.service": "ledger", "exception.type": "TypeError", "status.message": "it failed" },
        },
      ]);
    });

    test("counters, gauges and both kinds of histogram arrive as numbers", async () => {
      const exporter = new exporters[protocol].metrics(settings("metrics", compression));
      const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
      const provider = new MeterProvider({
        resource,
        readers: [reader],
        views: [{ instrumentName: "wide", aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
      });
      const meter = provider.getMeter("test");
      meter.createCounter("sold", { unit: "{item}" }).add(3, { shop: "a" });
      meter.createGauge("load").record(0.5);
      const duration = meter.createHistogram("duration", { unit: "ms" });
      const wide = meter.createHistogram("wide", { unit: "s" });
      for (let value = 1; value <= 100; value++) {
        duration.record(value);
        wide.record(value);
      }
      await provider.shutdown();
      const told = new Map(server.records().map((event) => [event.kind === "metric" ? event.name : "", event]));

      expect(told.get("sold")).toMatchObject({
        kind: "metric",
        service: "basket",
        unit: "{item}",
        value: 3,
        attributes: { shop: "a" },
      });
      expect(told.get("load")).toMatchObject({ value: 0.5 });
      expect(told.get("duration.count")).toMatchObject({ value: 100, unit: "1" });
      expect(told.get("duration.sum")).toMatchObject({ value: 5.05, unit: "s" });
      expect(told.get("duration.p50")).toMatchObject({ value: expect.closeTo(0.05, 3), unit: "s" });
      expect(told.get("wide.count")).toMatchObject({ value: 100 });
      expect(told.get("wide.p95")).toMatchObject({ value: expect.closeTo(95, -1) });
    });
  });
});
