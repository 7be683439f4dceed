import type { Clock, Marks } from "../../../app/ports.ts";
import type { TenantId } from "../../../core/ids.ts";

/** What a limit or a refusal is about: a channel of a workspace, or the whole workspace. */
export interface Spot {
  readonly tenant: TenantId;
  /** Null for the first workspace. */
  readonly team: string | null;
  readonly channel: string;
}

export type Block =
  /** Slack asked to be left alone until then. */
  | { readonly kind: "pause"; readonly untilMs: number }
  /** Slack refused for good a short while ago: asking again so soon would get the same answer. */
  | { readonly kind: "closed"; readonly code: string; readonly untilMs: number };

const MIN_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60 * 60_000;
/** After this long one call may find out whether somebody repaired the channel. */
const CLOSED_MS = 5 * 60_000;
/** Longer than a call may take. */
export const TRIAL_MS = 15_000;
const REOPENED = "0 reopened";

/**
 * Remembers where Slack must not be called: per method, workspace and channel, so that one limit delays nothing else.
 * Stored, so that it also holds for every other process and after a restart.
 */
export class Cooldowns {
  readonly #marks: Marks;
  readonly #clock: Clock;
  readonly #isRevoked: (team: string | null) => boolean;

  /** `isRevoked` says where the app was removed since the start: no call is tried there. */
  constructor(marks: Marks, clock: Clock, isRevoked: (team: string | null) => boolean = () => false) {
    this.#marks = marks;
    this.#clock = clock;
    this.#isRevoked = isRevoked;
  }

  /** Why a call of this kind may not go out now; null when it may. */
  async blockOf(method: string, spot: Spot): Promise<Block | null> {
    // Asked at once, all of it is one question to the store.
    const [closed, paused] = await Promise.all([
      this.closedBy(spot),
      this.#marks.get(spot.tenant, pauseName(method, spot)),
    ]);
    if (closed !== null) return closed;
    const until = Number(paused ?? 0);
    return until > this.#clock.nowMs() ? { kind: "pause", untilMs: until } : null;
  }

  /** The refusal that still stands for this channel or its workspace; null when there is none. */
  async closedBy(spot: Spot): Promise<Extract<Block, { kind: "closed" }> | null> {
    if (this.#isRevoked(spot.team)) {
      return { kind: "closed", code: "token_revoked", untilMs: this.#clock.nowMs() + CLOSED_MS };
    }
    const marks = await Promise.all(closedNames(spot).map((name) => this.#marks.get(spot.tenant, name)));
    const found = marks.flatMap((mark) => (mark === null ? [] : [parsed(mark)]));
    return found.find(({ untilMs }) => untilMs > this.#clock.nowMs()) ?? null;
  }

  /**
   * Whether a refusal that is over has to be tried: then one message goes first, and whatever else waited for the end of it
   * goes after that. "taken": another one is being tried.
   */
  async trial(spot: Spot): Promise<"none" | "ours" | "taken"> {
    const marks = await Promise.all(closedNames(spot).map((name) => this.#marks.get(spot.tenant, name)));
    if (!marks.some((mark) => mark !== null && mark !== REOPENED)) return "none";
    const nowMs = this.#clock.nowMs();
    const name = `slack/trial/${spot.team ?? "-"}/${spot.channel}`;
    const step = { fromMs: nowMs, untilMs: nowMs, stepMs: TRIAL_MS, forgetMs: TRIAL_MS };
    return (await this.#marks.advance(spot.tenant, name, step)).isTaken ? "ours" : "taken";
  }

  /** Stores Slack's answer "not for this long" and gives the time from which to try again. A longer pause stays. */
  async pause({ method, spot }: { readonly method: string; readonly spot: Spot }, waitMs: number): Promise<number> {
    const name = pauseName(method, spot);
    const asked = this.#clock.nowMs() + Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, waitMs));
    const until = Math.max(asked, Number((await this.#marks.get(spot.tenant, name)) ?? 0));
    await this.#marks.set(spot.tenant, name, String(until));
    return until;
  }

  /** Stores a refusal for good; of the whole workspace when the channel is "*". */
  async close(spot: Spot, code: string): Promise<void> {
    await this.#marks.set(spot.tenant, closedName(spot), `${this.#clock.nowMs() + CLOSED_MS} ${code}`);
  }

  /** Forgets a stored refusal: somebody repaired what was refused. */
  async reopen(spot: Spot): Promise<void> {
    await this.#marks.set(spot.tenant, closedName(spot), REOPENED);
  }
}

function pauseName(method: string, { team, channel }: Spot): string {
  return `slack/pause/${method}/${team ?? "-"}/${channel}`;
}

/** Of its workspace and of the channel itself. */
function closedNames(spot: Spot): readonly string[] {
  return [closedName({ ...spot, channel: "*" }), closedName(spot)];
}

function closedName({ team, channel }: Spot): string {
  return `slack/closed/${team ?? "-"}/${channel}`;
}

function parsed(mark: string): Extract<Block, { kind: "closed" }> {
  const [until = "0", code = "unknown"] = mark.split(" ");
  return { kind: "closed", code, untilMs: Number(until) };
}
