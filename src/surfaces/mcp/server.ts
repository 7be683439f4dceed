import type { CallToolResult } from "@modelcontextprotocol/server";
import { McpServer } from "@modelcontextprotocol/server";
import { ForbiddenError } from "../../app/access/access.ts";
import type { Actor } from "../../app/actor.ts";
import type { Logger } from "../../app/ports.ts";
import { type RegisteredTool, TOOL_ERRORS, type ToolDeps } from "./define.ts";
import { tools } from "./registry.ts";
import { seenData, UNTRUSTED_NOTICE } from "./untrusted.ts";

export interface McpDeps extends ToolDeps {
  readonly logger: Logger;
}

const INSTRUCTIONS = `TraceOps explains incidents: what broke and why, with evidence. Begin with list_incidents, then get_incident or get_incident_context; get_service_graph tells who calls a service. All tools only read. ${UNTRUSTED_NOTICE}`;

/** A server with every tool of the registry, asking in the name of this actor. */
export function buildMcpServer(deps: McpDeps, actor: Actor): McpServer {
  const server = new McpServer({ name: "traceops", version: "0.1.0" }, { instructions: INSTRUCTIONS });
  for (const [name, tool] of Object.entries<RegisteredTool>(tools)) {
    const { title, description, input, output, hints } = tool;
    server.registerTool(
      name,
      { title, description, inputSchema: input, outputSchema: output, annotations: { title, ...hints } },
      (given: unknown) => call(deps, actor, { name, tool, given }),
    );
  }
  return server;
}

async function call(
  deps: McpDeps,
  actor: Actor,
  { name, tool, given }: { readonly name: string; readonly tool: RegisteredTool; readonly given: unknown },
): Promise<CallToolResult> {
  try {
    const answer = await tool.run(deps, actor, given);
    if (answer.kind === "error") return failed(TOOL_ERRORS[answer.error]);
    return { content: [{ type: "text", text: answer.text }], structuredContent: seenData(answer.structured) };
  } catch (cause) {
    if (cause instanceof ForbiddenError) return failed(TOOL_ERRORS.forbidden);
    deps.logger.warn({ tool: name, err: cause }, "MCP tool failed");
    return failed(TOOL_ERRORS.unavailable);
  }
}

function failed(text: string): CallToolResult {
  return { content: [{ type: "text", text }], isError: true };
}
