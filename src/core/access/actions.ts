/** From the least to the most: each may do what those before it may. */
export const ROLES = ["none", "viewer", "responder", "manager", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** What an API token may be used for. `private`: also incidents whose card stands in a private channel. */
export const TOKEN_SCOPES = ["read", "write", "private"] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

export interface ActionRule {
  /** The least role that may do it. */
  readonly least: Exclude<Role, "none">;
  /** True: it leaves everything as it is. */
  readonly reads: boolean;
  /** True: where a service has owners, only they and managers may do it to an incident or alert of that service. */
  readonly owned: boolean;
}

const read: ActionRule = { least: "viewer", reads: true, owned: false };
const respond: ActionRule = { least: "responder", reads: false, owned: false };
const own: ActionRule = { least: "responder", reads: false, owned: true };
const administer: ActionRule = { least: "admin", reads: false, owned: false };

/** Everything that somebody can ask of TraceOps, and who may. docs/access.md shows the same as a table. */
export const ACTIONS = {
  "incident.read": read,
  "service.read": read,
  "install.read": read,
  /** One's own messages, quiet hours and followed services. */
  "personal.change": { least: "viewer", reads: false, owned: false },
  "incident.vote": respond,
  "incident.note": respond,
  "incident.correct": respond,
  "incident.acknowledge": respond,
  "incident.investigate": respond,
  /** Showing an answer to a whole channel. */
  "incident.share": respond,
  /** One incident's answer as a file. */
  "incident.export": respond,
  "postmortem.write": respond,
  /** For everybody, where the alert came from. */
  "incident.resolve": own,
  /** Where a service's cards go, and whether they come at all. */
  "service.route": own,
  "settings.change": administer,
  /** Everything that is kept, as files. */
  "data.export": administer,
  "data.erase": administer,
  "audit.read": { ...administer, reads: true },
} as const satisfies Record<string, ActionRule>;

export type Action = keyof typeof ACTIONS;
