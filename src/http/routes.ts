import type { Express, Request, Response } from "express";
import type { InFlight } from "../platform/bodies/in-flight.ts";
import {
  type HttpRequest,
  type HttpRoute,
  headerTexts,
  type NodeRoute,
  type PlainRoute,
} from "../platform/http-route.ts";
import { fixedAnswer, send } from "./answers.ts";
import { noRoom, readBody } from "./read-body.ts";
import { within } from "./within.ts";

export interface RouteLimits {
  readonly handlerTimeoutMs: number;
  /** Of bytes of bodies that all plain routes together hold at once. */
  readonly budget: InFlight;
}

/** Mounts what edges hand in. Routes that own their request come first: nothing has touched its body then. */
export function mountRoutes(app: Express, routes: readonly HttpRoute[], limits: RouteLimits): void {
  // The longer path first: a route takes everything below its own.
  const owners = routes.filter((route) => route.kind === "node").toSorted((a, b) => b.path.length - a.path.length);
  for (const route of owners) mountNode(app, route);
  const plain = routes.filter((route) => route.kind === "plain");
  for (const route of plain) mountPlain(app, route, limits);
  for (const path of new Set(plain.map((route) => route.path))) {
    refuseOtherMethods(
      app,
      path,
      plain.filter((route) => route.path === path).map(({ method }) => method),
    );
  }
}

function mountNode(app: Express, route: NodeRoute): void {
  const handle = (request: Request, response: Response) => {
    // Mounting cuts the path off; the owner sees the address as it was asked for.
    request.url = request.originalUrl;
    return route.handle(request, response);
  };
  if (route.path.includes(":")) app.all(route.path, handle);
  else app.use(route.path, handle);
}

function mountPlain(app: Express, route: PlainRoute, limits: RouteLimits): void {
  const handle = (request: Request, response: Response) => answerPlain(route, limits, { request, response });
  if (route.method === "GET") app.get(route.path, handle);
  else if (route.method === "POST") app.post(route.path, handle);
  else app.delete(route.path, handle);
}

async function answerPlain(
  route: PlainRoute,
  { handlerTimeoutMs, budget }: RouteLimits,
  { request, response }: { readonly request: Request; readonly response: Response },
): Promise<void> {
  const room = budget.reserve(0);
  if (room === null) throw noRoom();
  const body = () => readBody(request, { room, maxBytes: route.maxBodyBytes });
  const answering = route.handle(plainRequest(request, body));
  void Promise.allSettled([answering]).then(() => room.release());
  send(response, await within(answering, handlerTimeoutMs));
}

/** Answers 405 on a known path and says which methods it has. */
export function refuseOtherMethods(app: Express, path: string, methods: readonly string[]): void {
  app.all(path, (_request, response) => {
    response.setHeader("allow", methods.join(", "));
    send(response, fixedAnswer(405));
  });
}

function plainRequest(request: Request, body: HttpRequest["body"]): HttpRequest {
  const params = Object.entries(request.params).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join("/") : value,
  ]);
  const query = request.originalUrl.split("?").slice(1).join("?");
  return {
    params: Object.fromEntries(params),
    query: new URLSearchParams(query),
    headers: headerTexts(request.headers),
    body,
    remoteAddress: request.socket.remoteAddress ?? "",
  };
}
