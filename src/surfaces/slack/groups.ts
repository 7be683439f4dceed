import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../app/ports.ts";

const FRESH_MS = 5 * 60_000;
const MAX_GROUPS = 50;

interface Members {
  readonly atMs: number;
  readonly users: ReadonlySet<string>;
}

/** Who is in the user groups that the settings name. What Slack said last counts while it does not answer. */
export class Groups {
  readonly #client: WebClient;
  readonly #clock: Clock;
  readonly #ids: readonly string[];
  readonly #members = new Map<string, Members>();

  constructor(client: WebClient, clock: Clock, ids: readonly string[]) {
    this.#client = client;
    this.#clock = clock;
    this.#ids = ids.slice(0, MAX_GROUPS);
  }

  /** Ids of the groups with this person, in lower case. Asks Slack at most every five minutes; never throws. */
  async of(user: string): Promise<readonly string[]> {
    const found = await Promise.all(this.#ids.map(async (id) => ((await this.#users(id)).has(user) ? [id] : [])));
    return found.flat().map((id) => id.toLowerCase());
  }

  async #users(id: string): Promise<ReadonlySet<string>> {
    const known = this.#members.get(id);
    const nowMs = this.#clock.nowMs();
    if (known !== undefined && nowMs - known.atMs < FRESH_MS) return known.users;
    try {
      const { users = [] } = await this.#client.usergroups.users.list({ usergroup: id });
      this.#members.set(id, { atMs: nowMs, users: new Set(users) });
      return new Set(users);
    } catch {
      // No scope, no such group, or no answer: nobody gets a role by it that they did not have.
      return known?.users ?? new Set();
    }
  }
}
