import { otlpAttributes } from "./print-logs.ts";
import type { Stage, StagedSpan } from "./stage.ts";

const KIND = { server: 2, client: 3 } as const;

/** Spans as OTLP/JSON lines, one span a line, in order of their start. */
export function printSpans(stage: Stage): string {
  return stage.spans
    .toSorted((a, b) => a.startMs - b.startMs)
    .map((span) => `${JSON.stringify(toExport(span, stage.clockErrorMs.get(span.host) ?? 0))}\n`)
    .join("");
}

function toExport(span: StagedSpan, clockErrorMs: number): object {
  const start = Math.round((span.startMs + clockErrorMs) * 1000);
  const record = {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId ? { parentSpanId: span.parentSpanId } : {}),
    name: span.name,
    kind: KIND[span.kind],
    startTimeUnixNano: `${start}000`,
    endTimeUnixNano: `${start + Math.round(span.durationMs * 1000)}000`,
    attributes: otlpAttributes({
      "http.response.status_code": span.statusCode,
      ...(span.peer ? { "server.address": span.peer } : {}),
    }),
    status: span.failed ? { code: 2 } : {},
  };
  const resource = otlpAttributes({ "service.name": span.service, "host.name": span.host });
  return { resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ spans: [record] }] }] };
}
