import type { Principal } from "../../core/access/policy.ts";
import type { Actor } from "../actor.ts";

/** Whom the policy judges. An actor that brought no proof gets the least that its kind can have. */
export function principalOf({ kind, tenant, principal }: Actor): Principal {
  if (principal !== undefined) return principal;
  switch (kind) {
    case "job":
    case "webhook":
      return { kind: "program", tenant };
    case "cli":
      return { kind: "local", tenant };
    case "web-user":
      return { kind: "web-link", tenant, incidents: [], role: "viewer" };
    case "mcp-client":
      return { kind: "token", tenant, scopes: [] };
    case "slack-user":
      return { kind: "slack", tenant, standing: "unverified", names: [], isWorkspaceAdmin: false };
    default:
      return kind satisfies never;
  }
}
