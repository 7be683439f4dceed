import type { Clock, Logger } from "../app/ports.ts";
import type { Redactor } from "../app/redactor.ts";
import type { CountedTo, GraphProgress, GraphStanding } from "../app/service-edges-port.ts";
import type { Event } from "../core/event.ts";
import { createGraphKeeper, type GraphKeeper, KEEPER_LIMITS, type KeeperLimits } from "../core/graph/keeper.ts";
import { isFailing } from "../core/graph/shared-traces.ts";
import type { TenantId } from "../core/ids.ts";
import type { Safe } from "../core/safe.ts";
import { nsToMs } from "../core/time.ts";
import type { FileSegments } from "../segments/event-segments.ts";
import { type Pending, type PendingFrame, positionBehind } from "../segments/pending-frames.ts";
import type { RecordVisitor } from "../segments/visit-frames.ts";

export interface TenantGraphDeps {
  readonly segments: Pick<FileSegments, "pending" | "visit">;
  readonly progress: GraphProgress;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Name of this process among those that run, for as long as it runs. */
  readonly keeper: string;
  readonly limits?: KeeperLimits;
}

/** Another process keeps the graph as long as it gets on: if it does not for this long, this one takes over. */
export const TAKE_OVER_MS = 60_000;
/** What a step stores grows with what waits: large ones come less often, at most so many bytes a second on average. */
const BYTES_PER_MS = 200;
const MAX_PAUSE_MS = 30_000;
/** Writers that ended and that nobody sees any more; the latest stay. */
const MAX_POSITIONS = 2_000;
/** Names of services that a step remembers in their redacted form. */
const MAX_NAMES = 10_000;
const SAY_EVERY_MS = 10 * 60_000;

/** What this process saw when somebody else was the keeper and something was left to do. */
interface Watch {
  readonly revision: number;
  readonly target: ReadonlyMap<string, CountedTo>;
  readonly sinceMs: number;
}

/**
 * Keeps one tenant's service graph. Only one process makes a step at a time: counts, positions and what is remembered move
 * together in one transaction, and whoever did not see the latest step has to look again. So each record counts once,
 * whatever the number of processes and wherever one of them was killed.
 */
export class TenantGraph {
  readonly #deps: TenantGraphDeps;
  readonly #tenant: TenantId;
  /** What is remembered as of a revision; null when it has to be asked for. */
  #memory: { readonly keeper: GraphKeeper; readonly revision: number } | null = null;
  #watch: Watch | null = null;
  #writers: ReadonlySet<string> = new Set();
  #notBeforeMs = 0;
  #said = { count: 0, atMs: Number.NEGATIVE_INFINITY };

  constructor(deps: TenantGraphDeps, tenant: TenantId) {
    this.#deps = deps;
    this.#tenant = tenant;
  }

  get hasMemory(): boolean {
    return this.#memory !== null;
  }

  /** The next step gets what is remembered from the database again. */
  forget(): void {
    this.#memory = null;
  }

  /** One bounded step; "more" when there is more to do right away. */
  async step(signal: AbortSignal): Promise<"more" | "done"> {
    const { segments, progress, clock } = this.#deps;
    if (clock.nowMs() < this.#notBeforeMs) return "done";
    const standing = await progress.look(this.#tenant);
    const pending = await segments.pending(this.#tenant, standing?.positions ?? new Map(), signal);
    if (pending.frames.length === 0 && !(standing?.isWaiting ?? false)) {
      this.#watch = null;
      return "done";
    }
    if (!this.#isOurTurn(standing, pending)) return "done";
    this.#watch = null;
    try {
      return await this.#make(standing, pending, signal);
    } catch (error) {
      // It may remember records that were not stored as counted.
      this.#memory = null;
      throw error;
    }
  }

  /** Somebody else's turn ends when nothing that waited since then got done. */
  #isOurTurn(standing: GraphStanding | null, { frames }: Pending): boolean {
    if (standing === null || standing.keeper === "" || standing.keeper === this.#deps.keeper) return true;
    const nowMs = this.#deps.clock.nowMs();
    if (this.#watch === null || getsOn(this.#watch, standing)) {
      this.#watch = { revision: standing.revision, target: endsOf(frames), sinceMs: nowMs };
    }
    return nowMs - this.#watch.sinceMs >= TAKE_OVER_MS;
  }

  async #make(standing: GraphStanding | null, pending: Pending, signal: AbortSignal): Promise<"more" | "done"> {
    const { segments, progress, clock } = this.#deps;
    const keeper = await this.#recall(standing);
    if (keeper === null) return "done";
    await segments.visit(pending.frames, this.#visitor(keeper), signal);
    const changes = keeper.drain();
    const from = standing?.revision ?? null;
    const kept = await progress.keep({
      tenant: this.#tenant,
      from,
      keeper: this.#deps.keeper,
      positions: this.#positions(standing, pending),
      changes,
      state: keeper.save(),
      isWaiting: keeper.isWaiting,
    });
    if (kept.kind === "moved") {
      this.#memory = null;
      return "done";
    }
    this.#memory = { keeper, revision: (from ?? 0) + 1 };
    this.#writers = new Set(pending.writers);
    if (!pending.isComplete) return "more";
    this.#notBeforeMs = clock.nowMs() + Math.min(MAX_PAUSE_MS, kept.bytes / BYTES_PER_MS);
    this.#say(keeper);
    return "done";
  }

  /** What is remembered as of that revision; null when somebody made another step meanwhile. */
  async #recall(standing: GraphStanding | null): Promise<GraphKeeper | null> {
    const { progress, logger, limits = KEEPER_LIMITS } = this.#deps;
    if (standing === null) return createGraphKeeper(limits);
    if (this.#memory?.revision === standing.revision) return this.#memory.keeper;
    try {
      const state = await progress.recall(this.#tenant, standing.revision);
      return state === null ? null : createGraphKeeper(limits, state);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      logger.warn({ err: error, tenant: this.#tenant }, "calls whose halves waited for each other were given up");
      return createGraphKeeper(limits);
    }
  }

  #visitor(keeper: GraphKeeper): RecordVisitor {
    const { redactor } = this.#deps;
    const names = new Map<string, Safe>();
    const nameOf = (service: string): Safe => {
      const known = names.get(service) ?? redactor.text(service);
      if (names.size < MAX_NAMES) names.set(service, known);
      return known;
    };
    return {
      log: ({ service, trace, severity, atMs }) => {
        keeper.addLog({ traceId: String(trace), service: nameOf(service), isFailing: isFailing({ severity }), atMs });
      },
      span: (raw) => {
        const event = redactor.event(slim(raw));
        keeper.addEvent(event, nsToMs(event.atNs));
      },
    };
  }

  /** Those of writers whose segments this process saw go are dropped: nobody asks for them again. */
  #positions(standing: GraphStanding | null, { frames, writers }: Pending): ReadonlyMap<string, CountedTo> {
    const present = new Set(writers);
    // Without any writer the folder itself may be out of reach for a while.
    const isGone = (writer: string) => writers.length > 0 && !present.has(writer) && this.#writers.has(writer);
    const kept = [...(standing?.positions ?? [])].filter(([writer]) => !isGone(writer));
    const moved = endsOf(frames);
    const others = kept.filter(([writer]) => !moved.has(writer) && !present.has(writer)).slice(-MAX_POSITIONS);
    return new Map([...others, ...kept.filter(([writer]) => present.has(writer)), ...moved]);
  }

  #say({ size: { dropped, unjoined } }: GraphKeeper): void {
    const nowMs = this.#deps.clock.nowMs();
    const count = dropped + unjoined;
    if (count === this.#said.count || nowMs - this.#said.atMs < SAY_EVERY_MS) return;
    this.#said = { count, atMs: nowMs };
    this.#deps.logger.info(
      { tenant: this.#tenant, dropped, unjoined },
      "the service graph left out what has no room or whose other half did not come in time",
    );
  }
}

/** Where each writer's records end behind these frames. */
function endsOf(frames: readonly PendingFrame[]): ReadonlyMap<string, CountedTo> {
  return new Map(frames.map((frame) => [frame.segment.writer, positionBehind(frame)]));
}

/** Whether what was left to do then is done now. */
function getsOn({ revision, target }: Watch, standing: GraphStanding): boolean {
  if (target.size === 0) return standing.revision !== revision;
  return [...target].every(([writer, place]) => {
    const now = standing.positions.get(writer);
    if (now === undefined) return false;
    return now.sequence > place.sequence || (now.sequence === place.sequence && now.offset >= place.offset);
  });
}

/** The graph needs two attributes: checking all the others would cost more than everything else. */
function slim(event: Event<string>): Event<string> {
  if (event.kind !== "span") return event;
  const { "peer.service": peer, "server.address": address } = event.attributes;
  const attributes = {
    ...(peer !== undefined && { "peer.service": peer }),
    ...(address !== undefined && { "server.address": address }),
  };
  return { ...event, name: "", ref: "", host: null, attributes };
}
