import { type LineSeverity, type Pod, type Route, serviceOf } from "./cast.ts";
import type { Random } from "./random.ts";
import type { Stage, StagedLine } from "./stage.ts";
import { traceRequest } from "./trace-request.ts";

/** What is wrong with one service for a while, as its own log and its callers' logs show it. */
export interface Fault {
  readonly service: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Share of its requests that fail, 0 to 1, at an instant. */
  readonly share: (atMs: number) => number;
  /** What the service itself writes for a failed request; nothing when it is silent. */
  readonly own: (random: Random) => readonly FaultLine[];
  /** What a caller sees: the transport's words, for example "connect ECONNREFUSED 10.0.0.4:8080". */
  readonly seenAs: (random: Random) => string;
  /** The status that users get at the edge. */
  readonly edgeStatus: number;
  /** How long a caller waits for a failed request before it gives up on it, in ms. */
  readonly hangMs: number;
  /** When the service itself logs the failure, after its request began; `hangMs` when absent. */
  readonly ownAfterMs?: number;
  /** When the edge answers its client, after the request began; after the last attempt when absent. */
  readonly edgeAfterMs?: number;
  /** Only for requests whose chain holds this service too, for example the caller of an outside system. */
  readonly onlyVia?: string;
  /** How often a calling service tries before it gives up; the edge never tries again. One when absent. */
  readonly attempts?: number;
  /** How often clients send a failed request again within the next half minute. Zero when absent. */
  readonly clientRetries?: number;
  /** True when no request reaches the service, so that it leaves no span either. */
  readonly unreached?: boolean;
}

/** Requests get slower without failing: on the way to a service, or inside it. */
export interface Slowness {
  readonly service: string;
  readonly where: "on-the-way" | "inside";
  readonly fromMs: number;
  readonly toMs: number;
  /** How much longer, in ms. */
  readonly extraMs: number;
}

export interface FaultLine {
  readonly severity: LineSeverity;
  readonly body: string;
  readonly exception?: { readonly type: string; readonly message: string };
  readonly stack?: readonly string[];
}

export interface TrafficPlan {
  /** Requests per minute at the edge, at an instant. */
  readonly perMinute: (atMs: number) => number;
  readonly faults: readonly Fault[];
  readonly slow?: readonly Slowness[];
  /** One request in this many leaves spans. */
  readonly traceOneIn: number;
}

export interface Request {
  readonly route: Route;
  readonly path: string;
  readonly startMs: number;
  readonly traceId: string;
  readonly requestId: string;
  readonly fault: Fault | null;
  /** What makes it slow, among the services on its way. */
  readonly slow: readonly Slowness[];
}

const SECOND_MS = 1000;
const CLIENTS_WAIT_MS = 30_000;

/** Plays the whole night's requests: every service on a request's way writes its line, with shared ids. */
export function playTraffic(stage: Stage, plan: TrafficPlan): void {
  const random = stage.random.fork("traffic");
  const tickets = ticketsOf(stage.cast.routes);
  let count = 0;
  for (let second = stage.fromMs; second < stage.toMs; second += SECOND_MS) {
    const expected = plan.perMinute(second) / 60;
    const requests = Math.floor(expected) + (random.chance(expected % 1) ? 1 : 0);
    for (let index = 0; index < requests; index++) {
      const request = drawRequest(plan, {
        route: random.pick(tickets),
        startMs: second + random.next() * SECOND_MS,
        random,
      });
      playRequest(stage, request, random);
      if (count++ % plan.traceOneIn === 0) traceRequest(stage, request, random);
      repeatRequest(stage, request, random);
    }
  }
}

/** Impatient clients: the same request again, with ids of its own, while the fault lasts. */
function repeatRequest(stage: Stage, request: Request, random: Random): void {
  const { fault } = request;
  if (fault === null) return;
  for (let again = 0; again < (fault.clientRetries ?? 0); again++) {
    const startMs = request.startMs + random.next() * CLIENTS_WAIT_MS;
    if (startMs < fault.toMs) playRequest(stage, { ...request, startMs, ...newIds(random) }, random);
  }
}

function newIds(random: Random): Pick<Request, "traceId" | "requestId"> {
  return { traceId: random.hex(32), requestId: `req-${random.hex(10)}` };
}

function drawRequest(
  plan: TrafficPlan,
  { route, startMs, random }: { route: Route; startMs: number; random: Random },
): Request {
  const fault = plan.faults.find(
    (each) =>
      route.chain.includes(each.service) &&
      (each.onlyVia === undefined || route.chain.includes(each.onlyVia)) &&
      startMs >= each.fromMs &&
      startMs < each.toMs &&
      random.chance(each.share(startMs)),
  );
  return {
    route,
    startMs,
    path: route.path(random),
    ...newIds(random),
    fault: fault ?? null,
    slow: (plan.slow ?? []).filter(
      ({ service, fromMs, toMs }) => route.chain.includes(service) && startMs >= fromMs && startMs < toMs,
    ),
  };
}

/** Routes as often as their weight says, to draw from. */
function ticketsOf(routes: readonly Route[]): readonly Route[] {
  return routes.flatMap((route) => Array.from({ length: route.weight }, () => route));
}

function playRequest(stage: Stage, request: Request, random: Random): void {
  const { chain } = request.route;
  const { fault } = request;
  const failedAt = fault ? chain.indexOf(fault.service) : chain.length;
  const attempts = failedAt > 1 ? (fault?.attempts ?? 1) : 1;
  chain.forEach((service, index) => {
    if (index > failedAt) return;
    const scene: Scene = { request, service, index, random, pod: random.pick(serviceOf(stage.cast, service).pods) };
    if (fault === null) put(stage, scene, handled(stage, scene));
    else if (index === failedAt) playOwn(stage, scene, { fault, attempts });
    else playFailedCall(stage, scene, { fault, attempts });
  });
}

interface Scene {
  readonly request: Request;
  readonly service: string;
  readonly pod: Pod;
  /** Place of the service in the chain; 0 is the edge. */
  readonly index: number;
  readonly random: Random;
}

interface Failing {
  readonly fault: Fault;
  readonly attempts: number;
}

type Line = Pick<StagedLine, "atMs" | "severity" | "body"> & Partial<StagedLine>;

function put(stage: Stage, { request, service, pod }: Scene, line: Line): void {
  if (line.atMs >= stage.toMs) return;
  stage.lines.push({ service, pod, traceId: request.traceId, requestId: request.requestId, ...line });
}

function handled(stage: Stage, { request, service, index, random }: Scene): Line {
  const { chain, method } = request.route;
  const behind = request.slow.filter(
    ({ service: at, where }) => chain.indexOf(at) > index || (at === service && where === "inside"),
  );
  const extraMs = behind.reduce((sum, each) => sum + each.extraMs, 0);
  const durationMs = Math.round(12 + random.next() * 60 + (chain.length - index) * 14 + extraMs);
  const facts = { method, path: request.path, status: 200, durationMs };
  const body = serviceOf(stage.cast, service).handled(facts, random);
  return { atMs: request.startMs + durationMs, severity: "INFO", body, ...edgeFields(index, facts) };
}

function playOwn(stage: Stage, scene: Scene, { fault, attempts }: Failing): void {
  const afterMs = fault.ownAfterMs ?? fault.hangMs;
  for (let attempt = 0; attempt < attempts; attempt++) {
    fault.own(scene.random).forEach((line, nth) => {
      put(stage, scene, { atMs: scene.request.startMs + afterMs + fault.hangMs * attempt + nth * 3, ...line });
    });
  }
}

function playFailedCall(stage: Stage, scene: Scene, { fault, attempts }: Failing): void {
  const { request, service, index, random } = scene;
  const { chain, method } = request.route;
  const callee = chain[index + 1] ?? fault.service;
  const isNext = callee === fault.service;
  for (let attempt = 1; attempt <= (isNext ? attempts : 1); attempt++) {
    const tries = isNext ? attempt : attempts;
    const durationMs = Math.round(waitMs(fault, index, tries) + 5 + random.next() * 4);
    const facts = { method, path: request.path, status: fault.edgeStatus, durationMs };
    const how = isNext ? fault.seenAs(random) : `upstream answered ${fault.edgeStatus}`;
    const body = serviceOf(stage.cast, service).callFailed({ ...facts, callee, how, attempt }, random);
    put(stage, scene, { atMs: request.startMs + durationMs, severity: "ERROR", body, ...edgeFields(index, facts) });
  }
}

function waitMs(fault: Fault, index: number, tries: number): number {
  return index === 0 ? (fault.edgeAfterMs ?? fault.hangMs * tries) : fault.hangMs * tries;
}

/** Only the edge writes the numbers of a request as fields of their own. */
function edgeFields(index: number, facts: { status: number; durationMs: number }): Partial<StagedLine> {
  return index === 0 ? { attributes: { status: facts.status, duration_ms: facts.durationMs } } : {};
}
