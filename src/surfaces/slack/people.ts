import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Actor } from "../../app/actor.ts";
import type { Redactor } from "../../app/redactor.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import type { Safe } from "../../core/safe.ts";

const MAX_NAMES = 1000;

/** Who pressed or typed, from the signed payload only. */
export interface Principal {
  readonly team: string;
  readonly user: string;
}

const UserInfo = z.object({
  user: z.object({
    name: z.string().optional(),
    real_name: z.string().optional(),
    profile: z.object({ display_name: z.string().optional(), email: z.string().optional() }).optional(),
  }),
});

interface Known {
  readonly name: Safe;
  readonly email?: string;
}

/** Turns signed principals into actors with names that people recognise. */
export class People {
  readonly #client: WebClient;
  readonly #redactor: Redactor;
  /** By workspace and user: two workspaces may know one id as two people. */
  readonly #known = new Map<string, Known>();

  /** `client` should have a short timeout: a name is worth little waiting. */
  constructor(client: WebClient, redactor: Redactor) {
    this.#client = client;
    this.#redactor = redactor;
  }

  /** The actor of a principal. The name is the id when Slack does not tell a name; the id never depends on it. */
  async actor(principal: Principal): Promise<Actor> {
    const { team, user } = principal;
    const known = await this.#knownAs(principal);
    return {
      kind: "slack-user",
      tenant: DEFAULT_TENANT,
      id: `${team}/${user}`,
      name: known?.name ?? this.#redactor.text(user),
      ...(known?.email === undefined ? {} : { email: known.email }),
    };
  }

  async #knownAs({ team, user }: Principal): Promise<Known | null> {
    const key = `${team}/${user}`;
    const before = this.#known.get(key);
    if (before !== undefined) return before;
    const known = await this.#ask(user);
    if (known === null) return null;
    if (this.#known.size >= MAX_NAMES) this.#known.clear();
    this.#known.set(key, known);
    return known;
  }

  async #ask(user: string): Promise<Known | null> {
    try {
      const parsed = UserInfo.safeParse(await this.#client.users.info({ user }));
      if (!parsed.success) return null;
      const { name, real_name: realName, profile } = parsed.data.user;
      const shown = [profile?.display_name, realName, name].find((text) => text !== undefined && text !== "");
      if (shown === undefined) return null;
      const email = profile?.email;
      return { name: this.#redactor.text(shown.slice(0, 80)), ...(email === undefined ? {} : { email }) };
    } catch {
      // No scope or no answer: the id still says who it was.
      return null;
    }
  }
}
