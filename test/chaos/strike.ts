import { setTimeout as wait } from "node:timers/promises";
import type { FaultKind, PlannedFault } from "./faults.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** Longer than the lock of a job in the queue: whoever wakes up after this no longer owns it there. */
const FREEZE_MS = 6_500;
const STANDS_STILL_MS = 100;
const REDIS_AWAY_MS = 1_500;
/** A process is hit once it has been at work for between 0.2 and 2 s: in the middle of something. */
const LEAST_UP_MS = 200;
const MORE_UP_MS = 1_800;
const TARGET_WITHIN_MS = 120_000;
const LOSE_WITHIN_MS = 20_000;

export type Struck = Readonly<Partial<Record<FaultKind, number>>>;

/** Carries out planned faults at their times and counts those that hit something. */
export class Striker {
  readonly struck: Partial<Record<FaultKind, number>> = {};
  readonly failed: string[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #running = new Set<Promise<void>>();

  readonly #tell: (line: string) => void;

  constructor(world: World, random: Random, tell: (line: string) => void) {
    this.#world = world;
    this.#random = random;
    this.#tell = tell;
  }

  get total(): number {
    return Object.values(this.struck).reduce((sum, times) => sum + times, 0);
  }

  /** Resolves when the last fault is over, or early when the run is stopped. */
  async strikeAll(faults: readonly PlannedFault[], stop: AbortSignal): Promise<void> {
    const begunMs = performance.now();
    for (const fault of faults) {
      const aheadMs = begunMs + fault.atMs - performance.now();
      if (aheadMs > 0) await wait(aheadMs, null, { signal: stop }).catch(() => undefined);
      if (stop.aborted) break;
      const work = this.#strike(fault).finally(() => this.#running.delete(work));
      this.#running.add(work);
    }
    await Promise.all(this.#running);
  }

  async #strike({ kind, lastsMs }: PlannedFault): Promise<void> {
    this.#tell(`       ! ${kind}`);
    try {
      if (await this.#carryOut(kind, lastsMs)) this.struck[kind] = (this.struck[kind] ?? 0) + 1;
    } catch (error) {
      this.failed.push(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** False when there was nothing to hit. */
  async #carryOut(kind: FaultKind, lastsMs = REDIS_AWAY_MS): Promise<boolean> {
    const { fleet, postgres } = this.#world;
    switch (kind) {
      case "kill-worker":
        return this.#untilHit("worker", async (name) => fleet.kill(name));
      case "kill-web":
        return this.#untilHit("web", async (name) => fleet.kill(name));
      case "freeze":
        return this.#untilHit("worker", (name) => fleet.freeze(name, FREEZE_MS));
      case "freeze-without-locks":
        return this.#untilHit("worker", (name) => this.#freezeWithoutLocks(name));
      case "crash-postgres":
        await postgres.crash();
        return true;
      case "lose-queue":
        return this.#loseQueue();
      case "kill-redis":
      case "redis-away":
        return this.#awayWithRedis(lastsMs);
      default:
        return kind satisfies never;
    }
  }

  /** A worker that stands still keeps its locks, so nobody else takes its work; without them somebody does. */
  async #freezeWithoutLocks(name: string): Promise<boolean> {
    const { fleet, postgres } = this.#world;
    const freezing = fleet.freeze(name, FREEZE_MS);
    // Cut only once it stands still: awake it would notice and stop.
    await wait(STANDS_STILL_MS);
    const cutting = postgres.endLockSessions().catch(() => undefined);
    const isFrozen = await freezing;
    await cutting;
    return isFrozen;
  }

  async #loseQueue(): Promise<boolean> {
    const { postgres, redis } = this.#world;
    const deadline = Date.now() + LOSE_WITHIN_MS;
    // What holds the queue may be away itself at this moment.
    for (;;) {
      try {
        await (redis === null ? postgres.loseQueue() : redis.flush());
        return true;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await wait(250);
      }
    }
  }

  async #awayWithRedis(forMs: number): Promise<boolean> {
    const { redis } = this.#world;
    await redis?.kill();
    await wait(forMs);
    await redis?.start();
    return redis !== null;
  }

  /** Hits one that has been at work for a moment, waiting for it when all are just starting again. */
  async #untilHit(prefix: string, hit: (name: string) => Promise<boolean>): Promise<boolean> {
    const { fleet } = this.#world;
    const upForMs = LEAST_UP_MS + this.#random.below(MORE_UP_MS);
    const deadline = Date.now() + TARGET_WITHIN_MS;
    while (Date.now() < deadline) {
      const up = this.#random.shuffled(fleet.names(prefix)).filter((name) => (fleet.upForMs(name) ?? 0) >= upForMs);
      for (const name of up) if (await hit(name)) return true;
      await wait(50);
    }
    return false;
  }
}
