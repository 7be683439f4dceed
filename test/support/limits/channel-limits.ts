import type { Fault, Workspace } from "../../../dev/slack/workspace.ts";

/** A call that came although Slack had asked for silence. */
export interface EarlyCall {
  readonly method: string;
  readonly channel: string;
  readonly earlyMs: number;
}

interface Limit {
  readonly method: string;
  readonly channel: string;
  readonly forMs: number;
  untilMs: number | null;
  hits: number;
}

/**
 * Rate limits of single channels, kept by the test Slack itself: the first call starts one, and whoever calls again before
 * its end gets 429 with what is left. What came too early is noted from the answers that were given, not from our tables.
 */
export class ChannelLimits {
  readonly early: EarlyCall[] = [];
  readonly #limits: Limit[] = [];
  readonly #told = new Map<string, number>();

  constructor(workspace: Workspace) {
    const take = workspace.takeFault.bind(workspace);
    workspace.takeFault = (method) => {
      const call = workspace.calls.at(-1);
      const channel = call?.body["channel"] ?? "";
      const atMs = call?.atMs ?? workspace.nowMs();
      return this.#of({ method, channel, atMs }) ?? take(method);
    };
  }

  /** From the next call of this method into this channel on, for so long. */
  add(method: string, channel: string, seconds: number): void {
    this.#limits.push({ method, channel, forMs: seconds * 1_000, untilMs: null, hits: 0 });
  }

  /** How often this limit was met, and when it ends; null when nobody called yet. */
  untilMs(method: string, channel: string): number | null {
    return this.#limits.findLast((limit) => limit.method === method && limit.channel === channel)?.untilMs ?? null;
  }

  #of({ method, channel, atMs }: { method: string; channel: string; atMs: number }): Fault | null {
    const name = `${method} ${channel}`;
    const told = this.#told.get(name) ?? 0;
    if (atMs < told) this.early.push({ method, channel, earlyMs: told - atMs });
    const limit = this.#limits.findLast((each) => each.method === method && each.channel === channel);
    if (limit === undefined) return null;
    limit.untilMs ??= atMs + limit.forMs;
    if (atMs >= limit.untilMs) return null;
    limit.hits += 1;
    const retryAfterS = Math.ceil((limit.untilMs - atMs) / 1_000);
    this.#told.set(name, atMs + retryAfterS * 1_000);
    return { kind: "rate-limit", retryAfterS };
  }
}
