import type { Attributes } from "../../../src/core/event.ts";

/** The monitoring's words by the names of OpenTelemetry. */
const METRICS: Readonly<Record<string, string>> = {
  p50latency: "http.server.request.duration.p50",
  p90latency: "http.server.request.duration.p90",
  THROUGHPUT_DROP: "http.server.request.rate",
  ERROR_SPIKE: "http.server.request.success",
  TRAFFIC_ANOMALY: "k8s.pod.network.io",
  NETWORK_QUALITY_DEGRADED: "tcp.retransmissions",
  LATENCY_MISSING: "http.server.request.duration",
  RESOURCE_SATURATION: "k8s.container.cpu.throttled",
};

/** The monitoring's word for a series that has no values any more. */
const NO_DATA = "LATENCY_MISSING";

/** "KIND [title] | a: Normal=1ms -> Current=9ms (…) | b: …": what was measured, one set of labels per part. */
export function measuredIn(evidence: string): readonly Attributes<string>[] {
  const [head = "", ...parts] = evidence.split(" | ");
  const kind = head.split(" ")[0] ?? "";
  return parts.map((part) => {
    const named = /^(?:\S+-)?(p\d+latency):/u.exec(part)?.[1];
    const metric = METRICS[named ?? kind] ?? kind;
    const values = { normal: numberIn(part, /Normal=([\d.]+)/u), current: numberIn(part, /Cur(?:rent)?=([\d.]+)/u) };
    const { normal, current } = values;
    const isAbsent = kind === NO_DATA;
    return {
      metric,
      ...(isAbsent ? { no_data: true } : {}),
      ...(normal === null ? {} : { normal }),
      ...(current === null ? {} : { current }),
    };
  });
}

function numberIn(text: string, pattern: RegExp): number | null {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}
