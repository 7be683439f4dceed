import { z } from "zod";
import { defineSurface } from "../define.ts";
import { mcpRoute } from "./http.ts";

const MIN_TOKEN = 24;

const TokenList = z
  .string()
  .transform((list) =>
    list
      .split(",")
      .map((token) => token.trim())
      .filter((token) => token !== ""),
  )
  .refine((tokens) => tokens.length > 0 && tokens.every((token) => token.length >= MIN_TOKEN), {
    message: `needs one or more tokens of at least ${MIN_TOKEN} characters, separated by commas`,
  });

/**
 * Coding agents over HTTP at `/mcp`. Off until tokens are set: an agent on this machine uses `traceops mcp` on stdin and
 * stdout, which needs none, so there is no case for a token of our own making.
 */
export const mcp = defineSurface({
  title: "MCP for coding agents",
  env: {
    MCP_TOKENS: TokenList.optional().describe(
      "Bearer tokens of agents that may ask over HTTP at /mcp, at least 24 characters each, separated by commas. Not set: MCP only through `traceops mcp`.",
    ),
  },
  howToConfigure: "set MCP_TOKENS for agents on other machines; agents on this machine run `traceops mcp`",
  create: (env, { verbs, logger, publicUrl }) => {
    if (env.MCP_TOKENS === undefined) return null;
    const named = URL.parse(publicUrl)?.hostname;
    const hosts = [...new Set(["localhost", "127.0.0.1", "[::1]", ...(named ? [named] : [])])];
    const { route, close } = mcpRoute({ verbs, logger }, { tokens: env.MCP_TOKENS, hosts });
    return { routes: [route], stop: close };
  },
});
