import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { type ClientSettings, webClient } from "./client.ts";
import { Identity } from "./identity.ts";
import { People, type PeopleSettings } from "./people.ts";

const NAME_TIMEOUT_MS = 3000;

/** One workspace that this install speaks to. */
export interface Workspace {
  /** Null for the first one until Slack told its id: nothing waits for that. */
  readonly team: string | null;
  readonly client: WebClient;
  readonly identity: Identity;
  readonly people: People;
  /** Where its cards go when no route says otherwise. */
  readonly channel: string;
}

/** A further workspace as the settings name it. */
export const FurtherWorkspace = z.object({
  team: z.string().regex(/^[TE][A-Z0-9]{2,}$/u, "must be a workspace id such as T0123456789"),
  botToken: z.string().min(1),
  channel: z.string().regex(/^[CG][A-Z0-9]{2,}$/u, "must be a channel id such as C0123456789"),
  /** Of an app of its own; without them the first app serves this workspace too. */
  appToken: z.string().optional(),
  signingSecret: z.string().optional(),
});
export type FurtherWorkspace = z.infer<typeof FurtherWorkspace>;

/** All workspaces of one install. Whatever is not named belongs to the first. */
export class Workspaces {
  readonly first: Workspace;
  readonly further: readonly Workspace[];
  readonly #byTeam: ReadonlyMap<string, Workspace>;
  readonly #revoked = new Set<Workspace>();

  constructor(first: Workspace, further: readonly Workspace[]) {
    this.first = first;
    this.further = further;
    this.#byTeam = new Map(
      further.flatMap((workspace) => (workspace.team === null ? [] : [[workspace.team, workspace]])),
    );
  }

  /** The workspace with this id; the first one when it is another. */
  at(team: string | null): Workspace {
    return (team === null ? undefined : this.#byTeam.get(team)) ?? this.first;
  }

  /** Slack says that the app was removed there; false when it was known, or the workspace is none of ours. */
  revoke(team: string): boolean {
    const workspace = this.at(team);
    const isOurs = (workspace.team ?? workspace.identity.teamId ?? team) === team;
    if (!isOurs || this.#revoked.has(workspace)) return false;
    this.#revoked.add(workspace);
    return true;
  }

  /** True when the app was removed there since the start: no call can work. */
  isRevoked(team: string | null): boolean {
    return this.#revoked.has(this.at(team));
  }

  get all(): readonly Workspace[] {
    return [this.first, ...this.further];
  }
}

/** Joins what speaks to one workspace. Calls nothing. */
export function openWorkspace(
  given: { readonly team: string | null; readonly botToken: string; readonly channel: string },
  client: ClientSettings,
  people: Pick<PeopleSettings, "redactor" | "clock" | "groups" | "preferences">,
): Workspace {
  const web = webClient(given.botToken, client);
  const identity = new Identity(web, given.botToken);
  return {
    team: given.team,
    channel: given.channel,
    client: web,
    identity,
    people: new People({ ...people, identity, client: webClient(given.botToken, client, NAME_TIMEOUT_MS) }),
  };
}
