import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { hostHeaderValidation, originValidation, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import type { Actor } from "../../app/actor.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { safe } from "../../core/safe.ts";
import type { NodeRoute } from "../../platform/http-route.ts";
import { buildMcpServer, type McpDeps } from "./server.ts";

export interface McpHttpOptions {
  readonly tokens: readonly string[];
  /** Host names this server answers to; also the sites whose pages may call it. */
  readonly hosts: readonly string[];
}

const CLIENT: Actor = { kind: "mcp-client", tenant: DEFAULT_TENANT, id: "mcp:http", name: safe`MCP client` };
const MAX_BODY_BYTES = 256 * 1024;
const UNAUTHORIZED = { jsonrpc: "2.0", error: { code: -32_001, message: "A bearer token is needed." }, id: null };

/** `/mcp` over HTTP. Host, Origin and token are checked here on every request, whatever address the server is bound to. */
export function mcpRoute(
  deps: McpDeps,
  options: McpHttpOptions,
): { readonly route: NodeRoute; readonly close: () => Promise<void> } {
  const onerror = (error: Error) => deps.logger.warn({ err: error }, "MCP over HTTP failed");
  const handler = createMcpHandler(() => buildMcpServer(deps, CLIENT), {
    onerror,
    maxRequestBodySize: MAX_BODY_BYTES,
    maxSubscriptions: 20,
  });
  const answer = toNodeHandler(handler, { onerror, maxRequestBodySize: MAX_BODY_BYTES });
  const isOurHost = hostHeaderValidation([...options.hosts]);
  const isOurSite = originValidation([...options.hosts]);
  return {
    close: () => handler.close(),
    route: {
      kind: "node",
      path: "/mcp",
      handle: async (request, response) => {
        if (!isOurHost(request, response) || !isOurSite(request, response)) return;
        if (!hasToken(request, options.tokens)) return askForToken(response);
        // The token ends here: nothing behind this line sees it.
        delete request.headers.authorization;
        const { method = "GET", url = "/mcp" } = request;
        await answer(Object.assign(request, { method, url }), response);
      },
    },
  };
}

/** Compares digests of equal length with every known token, so that time tells nothing. */
function hasToken(request: IncomingMessage, tokens: readonly string[]): boolean {
  const given = /^Bearer ([\x21-\x7e]{1,500})$/iu.exec(request.headers.authorization ?? "")?.[1];
  if (given === undefined) return false;
  const digest = digestOf(given);
  return tokens.map((token) => timingSafeEqual(digestOf(token), digest)).includes(true);
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function askForToken(response: ServerResponse): void {
  response.writeHead(401, { "content-type": "application/json", "www-authenticate": 'Bearer realm="traceops"' });
  response.end(JSON.stringify(UNAUTHORIZED));
}
