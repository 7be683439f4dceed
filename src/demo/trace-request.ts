import { serviceOf } from "./cast.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import type { Request } from "./traffic.ts";

/** Leaves the spans of one request: a server span per service and a client span per call, with real parents. */
export function traceRequest(stage: Stage, request: Request, random: Random): void {
  const { chain } = request.route;
  const failedAt = request.fault ? chain.indexOf(request.fault.service) : chain.length;
  let parentSpanId: string | null = null;
  let startMs = request.startMs;
  let durationMs = (request.fault?.hangMs ?? 0) + 30 + chain.length * 22 + random.next() * 20;
  for (const [index, service] of chain.entries()) {
    if (index > failedAt) return;
    const pod = random.pick(serviceOf(stage.cast, service).pods);
    const failed = request.fault !== null;
    const common = {
      traceId: request.traceId,
      service,
      host: pod.host,
      failed,
      statusCode: failed ? (request.fault?.edgeStatus ?? 500) : 200,
    };
    const server = random.hex(16);
    const name = `${request.route.method} ${request.path.replaceAll(/\/\d+/gu, "/{id}")}`;
    stage.spans.push({
      ...common,
      spanId: server,
      parentSpanId,
      name,
      kind: "server",
      startMs,
      durationMs,
      peer: null,
    });
    const callee = chain[index + 1];
    if (callee === undefined || index === failedAt) return;
    const client = random.hex(16);
    startMs += 3;
    durationMs -= 8;
    stage.spans.push({
      ...common,
      spanId: client,
      parentSpanId: server,
      name: `call ${callee}`,
      kind: "client",
      startMs,
      durationMs,
      peer: callee,
    });
    parentSpanId = client;
    startMs += 2;
    durationMs -= 5;
  }
}
