import { serviceOf } from "./cast.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import type { Request, Slowness } from "./traffic.ts";

/** Leaves the spans of one request: a server span per service and a client span per call, with real parents. */
export function traceRequest(stage: Stage, request: Request, random: Random): void {
  const { chain, method } = request.route;
  const { fault } = request;
  const { lastIndex, spanned } = reachOf(request);
  const shared = {
    traceId: request.traceId,
    failed: fault !== null,
    statusCode: fault?.edgeStatus ?? 200,
  };
  const edgeName = `${method} ${request.path.replaceAll(/\/\d+/gu, "/{id}")}`;
  let parentSpanId: string | null = null;
  let { startMs } = request;
  const slowness = request.slow.reduce((sum, { extraMs }) => sum + extraMs, 0);
  let durationMs = (fault?.hangMs ?? 0) + 30 + chain.length * 22 + random.next() * 20 + slowness;
  for (const [index, service] of chain.slice(0, spanned).entries()) {
    const place = { ...shared, service, host: random.pick(serviceOf(stage.cast, service).pods).host };
    const spanId = random.hex(16);
    const name = index === 0 ? edgeName : `${service}.v1/Handle`;
    stage.spans.push({ ...place, spanId, parentSpanId, name, kind: "server", startMs, durationMs, peer: null });
    const callee = chain[index + 1];
    if (callee === undefined || index === lastIndex) return;
    durationMs -= extraOf(request, service, "inside");
    parentSpanId = random.hex(16);
    stage.spans.push({
      ...place,
      spanId: parentSpanId,
      parentSpanId: spanId,
      name: `call ${callee}`,
      kind: "client",
      startMs: startMs + 3,
      durationMs: durationMs - 8,
      peer: callee,
    });
    const onTheWay = extraOf(request, callee, "on-the-way");
    startMs += 5 + onTheWay / 2;
    durationMs -= 13 + onTheWay;
  }
}

/** How far a request gets: the service where it ends, and how many leave a span. An unreached one has only its caller's. */
function reachOf({ route: { chain }, fault }: Request): { readonly lastIndex: number; readonly spanned: number } {
  const lastIndex = fault ? chain.indexOf(fault.service) : chain.length - 1;
  return { lastIndex, spanned: fault?.unreached === true ? lastIndex : lastIndex + 1 };
}

function extraOf({ slow }: Request, service: string, where: Slowness["where"]): number {
  return slow
    .filter((each) => each.service === service && each.where === where)
    .reduce((sum, { extraMs }) => sum + extraMs, 0);
}
