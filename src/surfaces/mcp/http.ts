import type { ServerResponse } from "node:http";
import { hostHeaderValidation, originValidation, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import type { Actor } from "../../app/actor.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { safe } from "../../core/safe.ts";
import type { NodeRoute } from "../../platform/http-route.ts";
import { buildMcpServer, type McpDeps } from "./server.ts";
import { type KnownToken, tokenIn } from "./tokens.ts";

export interface McpHttpOptions {
  readonly tokens: readonly KnownToken[];
  /** Host names this server answers to; also the sites whose pages may call it. */
  readonly hosts: readonly string[];
}

const MAX_BODY_BYTES = 256 * 1024;
const UNAUTHORIZED = { jsonrpc: "2.0", error: { code: -32_001, message: "A bearer token is needed." }, id: null };

/** `/mcp` over HTTP. Host, Origin and token are checked here on every request, whatever address the server is bound to. */
export function mcpRoute(
  deps: McpDeps,
  { tokens, hosts }: McpHttpOptions,
): { readonly route: NodeRoute; readonly close: () => Promise<void> } {
  // One handler for each token: what one of them opened, no other one reaches.
  const desks = new Map(tokens.map((token) => [token, deskFor(deps, token)]));
  const isOurHost = hostHeaderValidation([...hosts]);
  const isOurSite = originValidation([...hosts]);
  return {
    close: async () => {
      await Promise.all([...desks.values()].map(({ close }) => close()));
    },
    route: {
      kind: "node",
      path: "/mcp",
      handle: async (request, response) => {
        if (!isOurHost(request, response) || !isOurSite(request, response)) return;
        const token = tokenIn(request.headers.authorization, tokens);
        const desk = token === null ? undefined : desks.get(token);
        if (desk === undefined) return askForToken(response);
        // The token ends here: nothing behind this line sees it.
        delete request.headers.authorization;
        const { method = "GET", url = "/mcp" } = request;
        await desk.answer(Object.assign(request, { method, url }), response);
      },
    },
  };
}

function deskFor(deps: McpDeps, token: KnownToken) {
  const onerror = (error: Error) => deps.logger.warn({ err: error }, "MCP over HTTP failed");
  const limits = { onerror, maxRequestBodySize: MAX_BODY_BYTES };
  const handler = createMcpHandler(() => buildMcpServer(deps, actorOf(token)), { ...limits, maxSubscriptions: 20 });
  return { answer: toNodeHandler(handler, limits), close: () => handler.close() };
}

/** The token is the principal: what a client says about itself counts for nothing. */
function actorOf({ name, scopes }: KnownToken): Actor {
  const tenant = DEFAULT_TENANT;
  const id = `mcp:${name}`;
  return { kind: "mcp-client", tenant, id, name: safe`MCP client`, principal: { kind: "token", tenant, scopes } };
}

function askForToken(response: ServerResponse): void {
  response.writeHead(401, { "content-type": "application/json", "www-authenticate": 'Bearer realm="traceops"' });
  response.end(JSON.stringify(UNAUTHORIZED));
}
