import type { Principal } from "../core/access/policy.ts";
import type { TenantId } from "../core/ids.ts";
import type { Safe } from "../core/safe.ts";

/** Who does something. Every change has one. */
export interface Actor {
  readonly kind: "slack-user" | "web-user" | "mcp-client" | "webhook" | "cli" | "job";
  readonly tenant: TenantId;
  /** Stable id in its own system: "T1/U2", "web:ip_3f2a". One person, one vote. */
  readonly id: string;
  /** What others read. */
  readonly name: Safe;
  /** As the chat vendor told it. Never shown, logged or stored: only for acting elsewhere in the person's name. */
  readonly email?: string;
  /** Set when everybody in a channel reads the answer: then what they all may see counts. The surface's own name of it. */
  readonly audience?: string;
  /** What the policy judges by, from a signed payload, a token or a session. Left out: what the kind alone is worth. */
  readonly principal?: Principal;
}
