import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";

/** A route that an edge hands to the one web server. Paths are Express 5 patterns: "/i/:incident". */
export type HttpRoute = PlainRoute | NodeRoute;

/** A question with one answer. The server maps thrown errors to fixed texts. */
export interface PlainRoute {
  readonly kind: "plain";
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** For who reads it. */
  readonly maxBodyBytes: number;
  handle(request: HttpRequest): Promise<HttpResponse>;
}

/** A route that owns its request and response: Slack's receiver, MCP, a live stream. The body is untouched. */
export interface NodeRoute {
  readonly kind: "node";
  /** Everything below this path, or this exact path when it holds a parameter. */
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
}

export interface HttpRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Reads it, once. Anybody can send one: ask who it is first. Rejects when it is larger than the route allows. */
  readonly body: () => Promise<Uint8Array>;
  readonly remoteAddress: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Headers as one text each, names in lower case. */
export function headerTexts(headers: IncomingHttpHeaders): HttpRequest["headers"] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}
