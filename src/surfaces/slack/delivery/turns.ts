import type { Advanced, Clock, Marks } from "../../../app/ports.ts";
import type { Spot } from "./cooldown.ts";

/**
 * Slack takes about one post a second in a channel. A little more apart: with what goes out at once and what goes out a
 * moment late, no minute has more than sixty.
 */
const APART_MS = 1100;
/** A card and the two replies under it. */
const AT_ONCE = 3;
/** A job may begin this long before its time, and would find that its place has not come. */
const EARLY_MS = 250;
/** A place in a line is no reason to sleep longer: what it waits for may be gone. */
const LOOK_AGAIN_MS = 60_000;
/** A line that says more was written by a clock that was wrong. */
const LONGEST_LINE_MS = 15 * 60_000;
/** The same of the bucket. Longer than a process may stand still between looking at its clock and asking. */
const LONGEST_PAUSE_MS = 55_000;
/** For this long after its place has come a reply lets cards go first. */
const YIELDS_MS = 5 * 60_000;

/** A message that wants to be posted. */
export interface Waiting {
  /** Cards go first: who knows nothing of an incident waits for its card, not for details of others. */
  readonly isReply: boolean;
  /** The place it was given earlier; null when it has none. */
  readonly placeMs: number | null;
}

export type Turn =
  /** One post may go out now. Not using it costs the channel one second. */
  | { readonly status: "now" }
  /** `placeMs` is to be kept and told at the next asking, which should be at `askAtMs`. */
  | { readonly status: "later"; readonly placeMs: number; readonly askAtMs: number };

/**
 * Whose turn it is to post in a channel. What may go out now is decided by one stored number per channel, for all
 * processes together. The lines beside it only say when asking is worth it, so that a hundred waiting cards do not all ask
 * every second: a line that is wrong costs time, never a post too many.
 */
export class Turns {
  readonly #marks: Marks;
  readonly #clock: Clock;

  constructor(marks: Marks, clock: Clock) {
    this.#marks = marks;
    this.#clock = clock;
  }

  /** Asks for the right to one post, right before it. */
  async next(spot: Spot, waiting: Waiting): Promise<Turn> {
    const nowMs = this.#clock.nowMs();
    const [cards, replies] = await Promise.all([
      this.#endOf(spot, "cards", nowMs),
      this.#endOf(spot, "replies", nowMs),
    ]);
    const asking = standing(waiting, { nowMs, cardsUntilMs: cards, ownUntilMs: waiting.isReply ? replies : cards });
    const post = await this.#post(spot, asking);
    if (!post.isTaken) return keptPlace(asking, post.atMs) ?? this.#newPlace(spot, asking, post.atMs);
    if (!asking.isNext) await this.#forgetLines(spot, nowMs);
    return { status: "now" };
  }

  /**
   * Takes one post out of the bucket. Who is not next may have it only when it is full: then nobody has posted for a while,
   * and what the lines say is wrong.
   */
  #post(spot: Spot, { nowMs, isNext }: Asking): Promise<Advanced> {
    const fromMs = nowMs - (AT_ONCE - 1) * APART_MS;
    return this.#marks.advance(spot.tenant, nameOf("posts", spot), {
      fromMs,
      stepMs: APART_MS,
      untilMs: isNext ? nowMs : fromMs,
      forgetMs: LONGEST_PAUSE_MS,
    });
  }

  /** At the end of the line. */
  async #newPlace(spot: Spot, asking: Asking, freeAtMs: number): Promise<Turn> {
    const { isReply, yields, cardsUntilMs } = asking;
    const { atMs } = await this.#marks.advance(spot.tenant, nameOf(isReply ? "replies" : "cards", spot), {
      fromMs: Math.max(freeAtMs, yields ? cardsUntilMs : 0),
      stepMs: APART_MS,
      untilMs: Number.MAX_SAFE_INTEGER,
      forgetMs: LONGEST_LINE_MS,
    });
    return later(asking, { placeMs: atMs, askAtMs: atMs });
  }

  async #forgetLines(spot: Spot, nowMs: number): Promise<void> {
    const names = [nameOf("cards", spot), nameOf("replies", spot)];
    await Promise.all(names.map((name) => this.#marks.set(spot.tenant, name, String(nowMs))));
  }

  /** When the last place of a line is over. */
  async #endOf(spot: Spot, line: "cards" | "replies", nowMs: number): Promise<number> {
    const endMs = Number((await this.#marks.get(spot.tenant, nameOf(line, spot))) ?? 0);
    return endMs > nowMs + LONGEST_LINE_MS ? nowMs : endMs;
  }
}

interface Asking {
  readonly isReply: boolean;
  readonly nowMs: number;
  readonly placeMs: number | null;
  /** Its place has come since then; below zero it is still to come, and 0 without one. */
  readonly overdueMs: number;
  /** The end of the line of cards: from then on none waits. */
  readonly cardsUntilMs: number;
  readonly yields: boolean;
  readonly isNext: boolean;
}

function standing(
  { isReply, placeMs: told }: Waiting,
  ends: { readonly nowMs: number; readonly cardsUntilMs: number; readonly ownUntilMs: number },
): Asking {
  const { nowMs, cardsUntilMs, ownUntilMs } = ends;
  // A place behind the end of the line is one of a line that was forgotten.
  const placeMs = told !== null && told < Math.max(ownUntilMs, nowMs + 1) ? told : null;
  const overdueMs = nowMs - (placeMs ?? nowMs);
  const yields = isReply && cardsUntilMs > nowMs && overdueMs < YIELDS_MS;
  const hasCome = placeMs === null ? ownUntilMs <= nowMs : overdueMs >= 0;
  return { isReply, nowMs, placeMs, overdueMs, cardsUntilMs, yields, isNext: hasCome && !yields };
}

/** Null: its place has passed, somebody was quicker, and it needs another one. */
function keptPlace(asking: Asking, freeAtMs: number): Turn | null {
  const { isReply, placeMs, overdueMs, yields, cardsUntilMs } = asking;
  if (placeMs === null) return null;
  if (overdueMs < 0) return later(asking, { placeMs, askAtMs: placeMs });
  if (yields) return later(asking, { placeMs, askAtMs: cardsUntilMs });
  // With another place it would let cards go first once more.
  return isReply && overdueMs >= YIELDS_MS ? later(asking, { placeMs, askAtMs: freeAtMs + overdueMs / 8 }) : null;
}

function later(
  { nowMs }: Asking,
  { placeMs, askAtMs }: Pick<Extract<Turn, { status: "later" }>, "placeMs" | "askAtMs">,
): Turn {
  return { status: "later", placeMs, askAtMs: Math.ceil(Math.min(askAtMs + EARLY_MS, nowMs + LOOK_AGAIN_MS)) };
}

function nameOf(what: "posts" | "cards" | "replies", { team, channel }: Spot): string {
  return `slack/turn/${what}/${team ?? "-"}/${channel}`;
}
