import { z } from "zod";
import { defineSurface } from "../define.ts";
import { mcpRoute } from "./http.ts";
import { parseTokens } from "./tokens.ts";

const TOKENS_FORM =
  "needs one or more tokens of at least 24 characters, separated by commas, each with its scopes in front or none: read+private:token";

/**
 * Coding agents over HTTP at `/mcp`. Off until tokens are set: an agent on this machine uses `traceops mcp` on stdin and
 * stdout, which needs none, so there is no case for a token of our own making.
 */
export const mcp = defineSurface({
  title: "MCP for coding agents",
  env: {
    MCP_TOKENS: z
      .string()
      .refine((list) => parseTokens(list) !== null, TOKENS_FORM)
      .optional()
      .describe(
        "Bearer tokens of agents that may ask over HTTP at /mcp, at least 24 characters each, separated by commas. A token reads what everybody may see; read+private:token also reads incidents of private channels. Not set: MCP only through `traceops mcp`.",
      ),
  },
  howToConfigure: "set MCP_TOKENS for agents on other machines; agents on this machine run `traceops mcp`",
  create: (env, { verbs, redactor, logger, publicUrl }) => {
    if (env.MCP_TOKENS === undefined) return null;
    const named = URL.parse(publicUrl)?.hostname;
    const hosts = [...new Set(["localhost", "127.0.0.1", "[::1]", ...(named ? [named] : [])])];
    const { route, close } = mcpRoute(
      { verbs, redactor, logger },
      { tokens: parseTokens(env.MCP_TOKENS) ?? [], hosts },
    );
    return { routes: [route], stop: close };
  },
});
