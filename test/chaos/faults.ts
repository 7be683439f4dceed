import type { Random } from "./random.ts";

export type Backend = "redis" | "postgresql" | "one-process";

export type FaultKind =
  | "kill-worker"
  | "kill-web"
  | "freeze"
  /** The same, and meanwhile PostgreSQL ends all sessions that hold locks: the work goes to others. */
  | "freeze-without-locks"
  | "crash-postgres"
  | "lose-queue"
  | "kill-redis"
  /** Redis stays away for `lastsMs`. */
  | "redis-away";

export interface PlannedFault {
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly lastsMs?: number;
}

type Spread = Exclude<FaultKind, "redis-away">;

/** While ten thousand webhooks come: the fifty kills of workers, ten of the web and so on that the design names. */
const WITH_TEN_THOUSAND: Readonly<Record<Backend, Readonly<Record<Spread, number>>>> = {
  redis: {
    "kill-worker": 50,
    "kill-web": 10,
    freeze: 12,
    "freeze-without-locks": 8,
    "crash-postgres": 2,
    "lose-queue": 2,
    "kill-redis": 5,
  },
  // Without Redis every loss of the queue is a truncation of its schema.
  postgresql: {
    "kill-worker": 50,
    "kill-web": 10,
    freeze: 12,
    "freeze-without-locks": 8,
    "crash-postgres": 2,
    "lose-queue": 7,
    "kill-redis": 0,
  },
  // One process is worker and web at once.
  "one-process": {
    "kill-worker": 10,
    "kill-web": 0,
    freeze: 3,
    "freeze-without-locks": 2,
    "crash-postgres": 2,
    "lose-queue": 7,
    "kill-redis": 0,
  },
};

/** A run over three minutes has all of them, however few webhooks it has. */
const LONGEST_MINUTES = 3;

/** When what goes wrong: in proportion to the webhooks, spread over the time with jitter, at least one of each kind that the backend has. */
export function planFaults(
  random: Random,
  { backend, minutes, webhooks }: { readonly backend: Backend; readonly minutes: number; readonly webhooks: number },
): readonly PlannedFault[] {
  const whole = WITH_TEN_THOUSAND[backend];
  const share = Math.max(webhooks / 10_000, minutes / LONGEST_MINUTES);
  return Object.keys(whole)
    .filter(isKind)
    .flatMap((kind) => {
      const times = whole[kind] === 0 ? 0 : Math.max(1, Math.round(whole[kind] * share));
      return spread(random.fork(kind), { kind, times, minutes });
    })
    .toSorted((left, right) => left.atMs - right.atMs);
}

function spread(
  random: Random,
  { kind, times, minutes }: { readonly kind: Spread; readonly times: number; readonly minutes: number },
): readonly PlannedFault[] {
  const eachMs = (minutes * 60_000) / times;
  return Array.from({ length: times }, (_, index) => ({ kind, atMs: Math.round((index + random.next()) * eachMs) }));
}

function isKind(name: string): name is Spread {
  return name in WITH_TEN_THOUSAND.redis;
}

const LOSE_EVERY_MS = 5_000;

/** The queue is lost every five seconds for two fifths of the time; then Redis, where there is one, is away for half of it. */
export function planQueueLosses({
  backend,
  minutes,
}: {
  readonly backend: Backend;
  readonly minutes: number;
}): readonly PlannedFault[] {
  const allMs = minutes * 60_000;
  const losses = Math.max(1, Math.floor((allMs * 0.4) / LOSE_EVERY_MS));
  const lost = Array.from({ length: losses }, (_, index) => ({
    kind: "lose-queue" as const,
    atMs: (index + 1) * LOSE_EVERY_MS,
  }));
  if (backend !== "redis") return lost;
  return [...lost, { kind: "redis-away", atMs: Math.round(allMs * 0.45), lastsMs: Math.round(allMs / 2) }];
}
