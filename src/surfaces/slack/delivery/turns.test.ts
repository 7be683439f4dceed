import { describe, expect, test } from "vitest";
import { HandClock } from "../../../../test/support/fake-slack/memory-messages.ts";
import { InMemoryMarks } from "../../../../test/support/fakes.ts";
import { DEFAULT_TENANT } from "../../../core/ids.ts";
import type { Spot } from "./cooldown.ts";
import { Turns } from "./turns.ts";

const SPOT: Spot = { tenant: DEFAULT_TENANT, team: null, channel: "C0INCIDENTS" };
const MINUTE_MS = 60_000;

interface Message {
  readonly name: string;
  readonly isReply: boolean;
  readonly placeMs: number | null;
  readonly askAtMs: number;
}

interface Post {
  readonly name: string;
  readonly atMs: number;
}

/** Jobs that ask for their turn when they were told to, each `lateMs` late. */
class Channel {
  readonly clock = new HandClock();
  readonly beganMs = this.clock.nowMs();
  readonly marks = new InMemoryMarks();
  readonly posts: Post[] = [];
  asked = 0;
  lateMs = (_askAtMs: number) => 0;
  #waiting: Message[] = [];

  add(count: number, isReply: boolean, askAtMs: number = this.clock.nowMs()): void {
    for (let number = 0; number < count; number++) {
      const name = `${isReply ? "reply" : "card"}-${this.#waiting.length + this.posts.length}`;
      this.#waiting.push({ name, isReply, placeMs: null, askAtMs });
    }
  }

  /** Until all have been posted, or until then. */
  async run(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#waiting = this.#waiting.toSorted((a, b) => this.#beginMs(a) - this.#beginMs(b));
      const [first] = this.#waiting;
      if (first === undefined || this.#beginMs(first) > untilMs) break;
      this.#waiting.shift();
      this.clock.advance(Math.max(0, this.#beginMs(first) - this.clock.nowMs()));
      await this.#ask(first);
    }
    if (Number.isFinite(untilMs)) this.clock.advance(Math.max(0, untilMs - this.clock.nowMs()));
  }

  /** A process dies with what it was told. */
  lose(count: number): void {
    this.#waiting.splice(0, count);
  }

  #beginMs({ askAtMs }: Message): number {
    return askAtMs + this.lateMs(askAtMs);
  }

  async #ask(message: Message): Promise<void> {
    this.asked += 1;
    // A worker that remembers nothing.
    const turn = await new Turns(this.marks, this.clock).next(SPOT, message);
    if (turn.status === "now") this.posts.push({ name: message.name, atMs: this.clock.nowMs() });
    else this.#waiting.push({ ...message, ...turn });
  }

  most(withinMs: number): number {
    const times = this.posts.map(({ atMs }) => atMs);
    return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + withinMs).length));
  }

  tookMs(): number {
    return Math.max(...this.posts.map(({ atMs }) => atMs)) - this.beganMs;
  }
}

describe("two hundred cards at once", () => {
  test("all go out, at most sixty within any minute and three within any second, without waste", async () => {
    const channel = new Channel();
    channel.add(200, false);

    await channel.run();

    expect(new Set(channel.posts.map(({ name }) => name)).size).toBe(200);
    expect(channel.most(MINUTE_MS)).toBeLessThanOrEqual(60);
    expect(channel.most(1000)).toBeLessThanOrEqual(3);
    expect(channel.tookMs()).toBeLessThan(225_000);
    // One at the begin, one at their place, and a look every minute in between.
    expect(channel.asked).toBeLessThan(800);
  });

  test.for([
    ["a little late, each by another time", (askAtMs: number) => (askAtMs * 7919) % 2500],
    ["all at once after half a minute in which nothing ran", (askAtMs: number) => 30_000 - (askAtMs % 30_000)],
  ] as const)("that run %s keep to the limit and lose little time", async ([, lateMs]) => {
    const channel = new Channel();
    channel.lateMs = lateMs;
    channel.add(200, false);

    await channel.run();

    expect(channel.posts).toHaveLength(200);
    expect(channel.most(MINUTE_MS)).toBeLessThanOrEqual(60);
    expect(channel.asked).toBeLessThan(6000);
  });
});

test("a card with its two replies goes out at once in a channel that was quiet", async () => {
  const channel = new Channel();
  channel.add(1, false);
  channel.add(2, true);

  await channel.run();

  expect(channel.tookMs()).toBe(0);
});

describe("cards and replies", () => {
  test("that wait together: every card goes before every reply that has not gone at once", async () => {
    const channel = new Channel();
    channel.add(40, true);
    channel.add(40, false);

    await channel.run();

    const kinds = channel.posts.map(({ name }) => name.split("-")[0]);
    expect(kinds.indexOf("card")).toBeLessThanOrEqual(4);
    // What had its place before the first card waited may be among them.
    expect(kinds.lastIndexOf("card")).toBeLessThanOrEqual(46);
    expect(kinds).toHaveLength(80);
    expect(channel.tookMs()).toBeLessThan(100_000);
  });

  test("a card that comes while a hundred replies wait stands within five seconds", async () => {
    const channel = new Channel();
    channel.add(100, true);
    await channel.run(channel.clock.nowMs() + 20_000);
    const cameMs = channel.clock.nowMs();
    channel.add(1, false);

    await channel.run();

    const card = channel.posts.find(({ name }) => name.startsWith("card"));
    expect((card?.atMs ?? Number.POSITIVE_INFINITY) - cameMs).toBeLessThan(5000);
  });

  test("a reply goes out in the end although cards keep coming", async () => {
    const channel = new Channel();
    channel.add(3, true, channel.beganMs + 5000);
    for (let second = 0; second < 1200; second++) channel.add(1, false, channel.beganMs + second * 1000);

    await channel.run();

    const last = channel.posts.findLast(({ name }) => name.startsWith("reply"));
    expect((last?.atMs ?? Number.POSITIVE_INFINITY) - channel.beganMs).toBeLessThan(15 * MINUTE_MS);
    expect(channel.most(MINUTE_MS)).toBeLessThanOrEqual(60);
  });
});

describe("what goes wrong stops a channel for a minute at most", () => {
  test("places that nobody comes for", async () => {
    const channel = new Channel();
    channel.add(200, false);
    await channel.run(channel.clock.nowMs() + 10_000);
    const before = channel.posts.length;
    channel.lose(150);
    const lostMs = channel.clock.nowMs();

    await channel.run();

    expect((channel.posts[before]?.atMs ?? Number.POSITIVE_INFINITY) - lostMs).toBeLessThanOrEqual(MINUTE_MS);
  });

  test.for([10 * MINUTE_MS, 3_600_000])("a clock that was %i ms ahead for a moment", async (aheadMs) => {
    const channel = new Channel();
    channel.clock.advance(aheadMs);
    channel.add(20, false);
    await channel.run(channel.clock.nowMs());
    channel.clock.advance(-aheadMs);
    const backMs = channel.clock.nowMs();
    const before = channel.posts.length;
    channel.add(20, false);

    await channel.run(backMs + MINUTE_MS);

    expect((channel.posts[before]?.atMs ?? Number.POSITIVE_INFINITY) - backMs).toBeLessThanOrEqual(MINUTE_MS);
    expect(channel.posts.length - before).toBeGreaterThanOrEqual(19);
  });
});
