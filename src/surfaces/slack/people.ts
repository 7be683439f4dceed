import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Actor } from "../../app/actor.ts";
import type { Preferences } from "../../app/people-ports.ts";
import type { Clock } from "../../app/ports.ts";
import type { Redactor } from "../../app/redactor.ts";
import type { SlackPerson } from "../../core/access/policy.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import type { Safe } from "../../core/safe.ts";
import { Groups } from "./groups.ts";
import type { Identity, OwnTeam } from "./identity.ts";
import { forgetOldest, ToldStandings } from "./told-standing.ts";

const MAX_NAMES = 1000;
/** Somebody who became a guest or an administrator is treated as one after this long. */
const FRESH_MS = 10 * 60_000;

/** Who pressed or typed, from the signed payload only. */
export interface Principal {
  readonly team: string;
  readonly user: string;
}

const UserInfo = z.object({
  user: z.object({
    name: z.string().optional(),
    real_name: z.string().optional(),
    team_id: z.string().optional(),
    is_admin: z.boolean().optional(),
    is_owner: z.boolean().optional(),
    is_restricted: z.boolean().optional(),
    is_ultra_restricted: z.boolean().optional(),
    deleted: z.boolean().optional(),
    enterprise_user: z.object({ enterprise_id: z.string().optional() }).optional(),
    profile: z.object({ display_name: z.string().optional(), email: z.string().optional() }).optional(),
  }),
});
type UserInfo = z.infer<typeof UserInfo>["user"];

/** What Slack said of a person. */
interface Known {
  readonly name: Safe | null;
  readonly email: string | null;
  /** Their own workspace and its organisation; null where Slack did not say. */
  readonly team: string | null;
  readonly enterprise: string | null;
  readonly isAdmin: boolean;
  readonly isGuest: boolean;
  readonly isGone: boolean;
  readonly atMs: number;
}

export interface PeopleSettings {
  /** Should have a short timeout: a name is worth little waiting. */
  readonly client: WebClient;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly preferences: Pick<Preferences, "get" | "set">;
  /** Whose people these are. */
  readonly identity: Identity;
  /** User groups that have a role or own a service. */
  readonly groups: readonly string[];
}

/** Turns signed principals into actors with names that people recognise, and with what the policy judges by. */
export class People {
  readonly #settings: PeopleSettings;
  readonly #groups: Groups;
  /** By workspace and user: two workspaces may know one id as two people. */
  readonly #known = new Map<string, Known>();
  readonly #told: ToldStandings;

  constructor(settings: PeopleSettings) {
    this.#settings = settings;
    this.#groups = new Groups(settings.client, settings.clock, settings.groups);
    this.#told = new ToldStandings(settings.preferences, settings.clock, MAX_NAMES);
  }

  /**
   * The actor of a principal. The name is the id when Slack does not tell a name; the id never depends on it. `audience` is
   * the channel in which everybody reads the answer; left out for an answer to this person alone.
   */
  async actor(principal: Principal, audience: string | null = null): Promise<Actor> {
    const { team, user } = principal;
    const [known, own, groups] = await Promise.all([
      this.#knownAs(principal),
      this.#settings.identity.own(),
      this.#groups.of(user),
    ]);
    const email = known?.email ?? null;
    const names = [user, `${team}/${user}`, ...groups, ...(email === null ? [] : [email])];
    return {
      kind: "slack-user",
      tenant: DEFAULT_TENANT,
      id: `${team}/${user}`,
      name: known?.name ?? this.#settings.redactor.text(user),
      principal: {
        kind: "slack",
        tenant: DEFAULT_TENANT,
        standing: standingOf(principal, own, known),
        names: names.map((name) => name.toLowerCase()),
        isWorkspaceAdmin: known !== null && known.isAdmin,
      },
      ...(audience === null ? {} : { audience }),
      ...(email === null ? {} : { email }),
    };
  }

  async #knownAs({ team, user }: Principal): Promise<Known | null> {
    const key = `${team}/${user}`;
    const before = this.#known.get(key) ?? null;
    const nowMs = this.#settings.clock.nowMs();
    if (before !== null && nowMs - before.atMs < FRESH_MS) return before;
    const info = await this.#ask(user);
    if (info === null) return before ?? this.#toldBefore(key);
    const known = { ...knownIn(info), name: this.#nameIn(info), atMs: nowMs };
    // Whoever is told of again is the newest.
    if (!this.#known.delete(key)) forgetOldest(this.#known, MAX_NAMES);
    this.#known.set(key, known);
    await this.#told.keep(key, known);
    return known;
  }

  /** Of somebody whom this process never heard of: only whether they are of the company, and a guest. */
  async #toldBefore(key: string): Promise<Known | null> {
    const told = await this.#told.last(key);
    return told === null ? null : { ...told, name: null, email: null, isAdmin: false, atMs: 0 };
  }

  #nameIn({ name, real_name: realName, profile }: UserInfo): Safe | null {
    const shown = [profile?.display_name, realName, name].find((text) => text !== undefined && text !== "");
    return shown === undefined ? null : this.#settings.redactor.text(shown.slice(0, 80));
  }

  async #ask(user: string): Promise<UserInfo | null> {
    try {
      const parsed = UserInfo.safeParse(await this.#settings.client.users.info({ user }));
      return parsed.success ? parsed.data.user : null;
    } catch {
      // No scope or no answer: the id still says who it was.
      return null;
    }
  }
}

function knownIn(info: UserInfo): Omit<Known, "name" | "atMs"> {
  return {
    email: info.profile?.email ?? null,
    team: info.team_id ?? null,
    enterprise: info.enterprise_user?.enterprise_id ?? null,
    isAdmin: [info.is_admin, info.is_owner].includes(true),
    isGuest: [info.is_restricted, info.is_ultra_restricted].includes(true),
    isGone: info.deleted === true,
  };
}

/**
 * People of other companies sit in shared channels and can press what stands there; the signed payload names their own
 * workspace, and an event the workspace it was sent to, so what Slack says of the person counts too.
 */
function standingOf({ team }: Principal, own: OwnTeam | null, known: Known | null): SlackPerson["standing"] {
  if (own === null) return "unverified";
  if (known === null) return team === own.team ? "untold" : "foreign";
  if (known.isGone || !isOfCompany(team, own, known)) return "foreign";
  return known.isGuest ? "guest" : "member";
}

function isOfCompany(team: string, own: OwnTeam, known: Known): boolean {
  if (own.enterprise !== null && known.enterprise === own.enterprise) return true;
  return team === own.team && (known.team === null || known.team === own.team);
}
