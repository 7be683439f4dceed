import { z } from "zod";
import type { Preferences } from "../../app/people-ports.ts";
import type { Clock } from "../../app/ports.ts";
import { DEFAULT_TENANT } from "../../core/ids.ts";
import { safe } from "../../core/safe.ts";

/** Under the person's id, as everything personal is, so that erasing a person finds it. */
const SCOPE = "slack/standing";
/** Longer than holidays, so that whoever comes back to an outage is known; shorter than a guest's contract. */
const COUNTS_MS = 30 * 24 * 60 * 60_000;
const KEEP_AGAIN_MS = 24 * 60 * 60_000;
const SLACK = safe`Slack`;

const Told = z.object({
  team: z.string().nullable(),
  enterprise: z.string().nullable(),
  isGuest: z.boolean(),
  isGone: z.boolean(),
});

/** Whose person somebody is, as Slack told it. No name, no address and no rights. */
export type ToldStanding = z.infer<typeof Told>;

interface Kept {
  readonly text: string;
  readonly atMs: number;
}

/** What Slack told last of who is a member, over restarts: it has to hold exactly when Slack answers badly. */
export class ToldStandings {
  readonly #preferences: Pick<Preferences, "get" | "set">;
  readonly #clock: Clock;
  /** What this process stored for the people whom the caller remembers too. */
  readonly #kept = new Map<string, Kept>();
  readonly #most: number;

  constructor(preferences: Pick<Preferences, "get" | "set">, clock: Clock, most: number) {
    this.#preferences = preferences;
    this.#clock = clock;
    this.#most = most;
  }

  /** Stores it when it is news, and once a day. `name` is the workspace and the user. */
  async keep(name: string, told: ToldStanding): Promise<void> {
    const atMs = this.#clock.nowMs();
    const value = Told.parse(told);
    const text = JSON.stringify(value);
    const kept = this.#kept.get(name);
    if (kept?.text === text && atMs - kept.atMs < KEEP_AGAIN_MS) return;
    await this.#preferences.set(DEFAULT_TENANT, { scope: SCOPE, name, value, by: SLACK, atMs });
    if (!this.#kept.delete(name)) forgetOldest(this.#kept, this.#most);
    this.#kept.set(name, { text, atMs });
  }

  /** What Slack told within the last thirty days; null when it told nothing. */
  async last(name: string): Promise<ToldStanding | null> {
    const stored = await this.#preferences.get(DEFAULT_TENANT, SCOPE, name);
    if (stored === null || this.#clock.nowMs() - stored.atMs > COUNTS_MS) return null;
    const { success, data } = Told.safeParse(stored.value);
    return success ? data : null;
  }
}

/** Makes room for one more: the one that was put in first goes. */
export function forgetOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size >= most && oldest !== undefined) map.delete(oldest);
}
