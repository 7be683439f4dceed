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
    profile: z.object({ display_name: z.string().optional() }).optional(),
  }),
});

/** Turns signed principals into actors with names that people recognise. */
export class People {
  readonly #client: WebClient;
  readonly #redactor: Redactor;
  readonly #names = new Map<string, Safe>();

  /** `client` should have a short timeout: a name is worth little waiting. */
  constructor(client: WebClient, redactor: Redactor) {
    this.#client = client;
    this.#redactor = redactor;
  }

  /** The actor of a principal. The name is the id when Slack does not tell a name; the id never depends on it. */
  async actor(principal: Principal): Promise<Actor> {
    const { team, user } = principal;
    return { kind: "slack-user", tenant: DEFAULT_TENANT, id: `${team}/${user}`, name: await this.#nameOf(user) };
  }

  async #nameOf(user: string): Promise<Safe> {
    const known = this.#names.get(user);
    if (known !== undefined) return known;
    const name = await this.#ask(user);
    if (name === null) return this.#redactor.text(user);
    if (this.#names.size >= MAX_NAMES) this.#names.clear();
    this.#names.set(user, name);
    return name;
  }

  async #ask(user: string): Promise<Safe | null> {
    try {
      const parsed = UserInfo.safeParse(await this.#client.users.info({ user }));
      if (!parsed.success) return null;
      const { name, real_name: realName, profile } = parsed.data.user;
      const shown = [profile?.display_name, realName, name].find((text) => text !== undefined && text !== "");
      return shown === undefined ? null : this.#redactor.text(shown.slice(0, 80));
    } catch {
      // No scope or no answer: the id still says who it was.
      return null;
    }
  }
}
