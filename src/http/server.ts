import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import express, { type Express, type NextFunction, type Request, type Response } from "express";
import type { Logger } from "../app/ports.ts";
import { createInFlight, type InFlight } from "../platform/bodies/in-flight.ts";
import type { HttpRoute } from "../platform/http-route.ts";
import { fixedAnswer, send, statusOf } from "./answers.ts";
import { answerHook, type HookReceiver } from "./hooks.ts";
import { startLoadMonitor } from "./load-monitor.ts";
import { mountRoutes, refuseOtherMethods } from "./routes.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { within } from "./within.ts";

export interface HttpLimits {
  /** Above this delay of the event loop webhooks are sent away with 503, for their senders to repeat. */
  readonly maxEventLoopDelayMs: number;
  /** Above this delay `/livez` says 503: a process that is so late is better started again. */
  readonly deadEventLoopDelayMs: number;
  /** Webhooks are answered within this time, with 503 if need be. */
  readonly hookAnswerMs: number;
  /** Bytes of webhooks held at once for one source; more of it are sent away with 503, while the others are taken. */
  readonly maxHookBytesOfSource: number;
  /** Bytes of bodies held at once for pages and other plain routes. */
  readonly maxPlainBytesHeld: number;
  readonly handlerTimeoutMs: number;
  /** To receive one whole request. */
  readonly requestTimeoutMs: number;
  readonly maxHeaderBytes: number;
}

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  maxEventLoopDelayMs: 1_000,
  deadEventLoopDelayMs: 10_000,
  hookAnswerMs: 4_000,
  maxHookBytesOfSource: 16_777_216,
  maxPlainBytesHeld: 16_777_216,
  handlerTimeoutMs: 30_000,
  requestTimeoutMs: 30_000,
  maxHeaderBytes: 16_384,
};

export interface HttpServerOptions {
  readonly routes: readonly HttpRoute[];
  /** Null in a process that takes no webhooks. */
  readonly hooks: HookReceiver | null;
  /** True when this process can do its work: the database answers and has the right schema. */
  readonly isReady: () => Promise<boolean>;
  readonly logger: Logger;
  readonly limits?: HttpLimits;
}

export interface HttpServer {
  /** Starts to listen; port 0 takes a free one. Returns where. */
  listen(port: number, host: string): Promise<{ readonly port: number }>;
  /**
   * Says "not ready" for `noticeMs` while still answering everything, so that a load balancer looks elsewhere; then takes
   * no new connections, lets running requests end for up to `drainMs`, and cuts the rest.
   */
  close(drainMs: number, noticeMs?: number): Promise<void>;
}

const READY_WITHIN_MS = 3_000;

/** The one web server: webhooks, health, and the routes that edges hand in. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const limits = options.limits ?? DEFAULT_HTTP_LIMITS;
  const load = startLoadMonitor(limits.maxEventLoopDelayMs);
  const state = { isDraining: false };
  const app = createApp(options, limits, {
    isOverloaded: load.isOverloaded,
    isStuck: () => load.delayMs() > limits.deadEventLoopDelayMs,
    isDraining: () => state.isDraining,
  });
  const server = createNodeServer(app, limits);
  return {
    listen: (port, host) => listen(server, port, host),
    close: async (drainMs, noticeMs = 0) => {
      state.isDraining = true;
      if (noticeMs > 0) await wait(noticeMs);
      load.stop();
      await drain(server, drainMs);
    },
  };
}

interface Condition {
  readonly isOverloaded: () => boolean;
  readonly isStuck: () => boolean;
  readonly isDraining: () => boolean;
}

function createApp(options: HttpServerOptions, limits: HttpLimits, condition: Condition): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", false);
  app.use((_request, response, next) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    if (condition.isDraining()) response.setHeader("connection", "close");
    next();
  });
  mountHealth(app, options, condition);
  if (options.hooks !== null) mountHooks(app, options.hooks, { limits, condition });
  mountRoutes(app, options.routes, {
    handlerTimeoutMs: limits.handlerTimeoutMs,
    budget: createInFlight(limits.maxPlainBytesHeld),
  });
  app.use((_request, response) => send(response, fixedAnswer(404)));
  app.use(errorAnswer(options.logger));
  return app;
}

function mountHealth(app: Express, { isReady }: HttpServerOptions, condition: Condition): void {
  app.get("/livez", (_request, response) => send(response, fixedAnswer(condition.isStuck() ? 503 : 200)));
  app.get("/readyz", (_request, response) => answerReady(response, isReady, condition));
}

async function answerReady(response: Response, isReady: () => Promise<boolean>, condition: Condition): Promise<void> {
  const ready = !condition.isDraining() && (await within(isReady(), READY_WITHIN_MS).catch(() => false));
  send(response, fixedAnswer(ready ? 200 : 503));
}

function mountHooks(
  app: Express,
  hooks: HookReceiver,
  { limits, condition }: { readonly limits: HttpLimits; readonly condition: Condition },
): void {
  const { isOverloaded } = condition;
  const budgetOf = budgetsOf(limits.maxHookBytesOfSource);
  const hookOptions = { hooks, isOverloaded, answerWithinMs: limits.hookAnswerMs, budgetOf };
  app.post("/hooks/:source", (request, response) =>
    answerHook(hookOptions, request.params.source, { request, response }),
  );
  refuseOtherMethods(app, "/hooks/:source", ["POST"]);
}

/** A budget for each source: nobody who floods one keeps another one's alerts out. */
function budgetsOf(maxBytes: number): (source: string) => InFlight {
  const budgets = new Map<string, InFlight>();
  return (source) => {
    const budget = budgets.get(source) ?? createInFlight(maxBytes);
    budgets.set(source, budget);
    return budget;
  };
}

/** Maps whatever was thrown to a status and a fixed text. Express knows an error handler by its four parameters. */
function errorAnswer(logger: Logger) {
  // oxlint-disable-next-line max-params
  return (cause: unknown, request: Request, response: Response, next: NextFunction): void => {
    const status = statusOf(cause);
    if (status >= 500)
      logger.error({ method: request.method, path: request.path, status, err: cause }, "request failed");
    if (response.headersSent) next(cause);
    else send(response, fixedAnswer(status));
  };
}

function createNodeServer(app: RequestListener, limits: HttpLimits): Server {
  return createServer(
    {
      requestTimeout: limits.requestTimeoutMs,
      headersTimeout: Math.min(limits.requestTimeoutMs, 10_000),
      keepAliveTimeout: 5_000,
      maxHeaderSize: limits.maxHeaderBytes,
    },
    app,
  );
}

function listen(server: Server, port: number, host: string): Promise<{ readonly port: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly port: number }>();
  server.once("error", reject);
  server.listen(port, host, () => {
    server.off("error", reject);
    const address: AddressInfo | string | null = server.address();
    resolve({ port: typeof address === "object" && address !== null ? address.port : port });
  });
  return promise;
}

async function drain(server: Server, drainMs: number): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(timer);
}
