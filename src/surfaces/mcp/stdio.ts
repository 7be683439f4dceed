import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Actor } from "../../app/actor.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { safe } from "../../core/safe.ts";
import { buildMcpServer, type McpDeps } from "./server.ts";

/** The person who started the command: whoever may start it may read its database anyway. */
const LOCAL: Actor = {
  kind: "mcp-client",
  tenant: DEFAULT_TENANT,
  id: "mcp:stdio",
  name: safe`local MCP client`,
  principal: { kind: "local", tenant: DEFAULT_TENANT },
};

/**
 * Answers one agent on stdin and stdout until the agent closes its end or `stop` aborts; resolves then.
 * Nothing else may write to stdout meanwhile.
 */
export async function serveMcpStdio(deps: McpDeps, stop: AbortSignal): Promise<void> {
  const handle = serveStdio(() => buildMcpServer(deps, LOCAL), {
    onerror: (error) => deps.logger.warn({ err: error }, "MCP on stdio failed"),
  });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  process.stdin.once("end", end).once("close", end);
  stop.addEventListener("abort", end, { once: true });
  if (stop.aborted) end();
  await ended;
  stop.removeEventListener("abort", end);
  await handle.close();
}
