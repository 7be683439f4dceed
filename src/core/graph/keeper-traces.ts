import type { Safe } from "../safe.ts";
import { AgedIds, hashId } from "./aged-ids.ts";
import type { KeeperNodes, Node } from "./keeper-nodes.ts";
import type { StateReader, StateWriter } from "./keeper-state.ts";
import { callsOf, MAX_SERVICES_OF_A_TRACE, type Visit } from "./shared-traces.ts";

/** What the graph needs of one log record. */
export interface SeenLog {
  /** Its trace id, else its request id. */
  readonly traceId: string;
  readonly service: Safe;
  readonly isFailing: boolean;
  readonly atMs: number;
}

interface OpenVisit extends Visit<Node> {
  fromMs: number;
  toMs: number;
  isFailing: boolean;
}

interface Entry {
  /** Null when too many services share this id. */
  visits: OpenVisit[] | null;
  isCounted: boolean;
  touchedIn: number;
}

const HIGH_SEED = 0x9747b28c;
const LOW_SEED = 0x3c6ef372;

/** Calls that ids in logs show: who encloses whom in time. A trace counts once it is quiet, and again if it goes on. */
export class KeeperTraces {
  readonly #nodes: KeeperNodes;
  readonly #entries: AgedIds<Entry>;
  #waiting = 0;

  constructor(nodes: KeeperNodes, maxTraces: number) {
    this.#nodes = nodes;
    this.#entries = new AgedIds(maxTraces, (entry) => this.#count(entry));
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Whether calls wait for their trace to be quiet, as the last `settle` left it. */
  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  add({ traceId, service, isFailing, atMs }: SeenLog): void {
    const node = this.#nodes.hear(service);
    if (node === null) return;
    const [high, low] = [hashId(traceId, HIGH_SEED), hashId(traceId, LOW_SEED)];
    let entry = this.#entries.get(high, low);
    if (entry === undefined) {
      entry = { visits: [], isCounted: false, touchedIn: 0 };
      this.#entries.set(high, low, entry);
    }
    entry.touchedIn = this.#nodes.drains;
    if (entry.visits === null) return;
    this.#takeBack(entry);
    const visit = entry.visits.find((one) => one.service === node);
    if (visit !== undefined) stretch(visit, isFailing, atMs);
    else if (entry.visits.length >= MAX_SERVICES_OF_A_TRACE) entry.visits = null;
    else entry.visits.push({ service: node, fromMs: atMs, toMs: atMs, isFailing });
  }

  /** Counts traces that were quiet for at least so many drains, or all of them. */
  settle(patience: number): void {
    this.#waiting = 0;
    this.#entries.forEach((entry) => {
      if (this.#nodes.drains - entry.touchedIn >= patience) this.#count(entry);
      else if (!entry.isCounted && (entry.visits?.length ?? 0) > 1) this.#waiting += 1;
    });
  }

  /** Takes down every trace id with what is known of it. */
  save(out: StateWriter): void {
    out.put(this.#entries.size);
    this.#entries.forEachId(({ high, low, isOld }, { visits, isCounted, touchedIn }) => {
      out.put(high, low, Number(isOld), Number(isCounted), touchedIn, Number(visits !== null), visits?.length ?? 0);
      for (const { service, fromMs, toMs, isFailing } of visits ?? []) {
        out.name(service.name);
        out.put(fromMs, toMs, Number(isFailing));
      }
    });
  }

  /** For an empty memory: what was taken down. */
  restore(from: StateReader, find: (name: Safe) => Node): void {
    for (let left = from.count(); left > 0; left--) {
      const id = { high: from.number(), low: from.number(), isOld: from.flag() };
      const [isCounted, touchedIn, isRequest] = [from.flag(), from.number(), from.flag()];
      const visits: OpenVisit[] = [];
      for (let more = from.count(); more > 0; more--) {
        const service = find(from.name());
        visits.push({ service, fromMs: from.number(), toMs: from.number(), isFailing: from.flag() });
      }
      this.#entries.restore(id, { visits: isRequest ? visits : null, isCounted, touchedIn });
    }
  }

  #count(entry: Entry): void {
    if (entry.isCounted) return;
    entry.isCounted = true;
    this.#countCalls(entry, 1);
  }

  #takeBack(entry: Entry): void {
    if (!entry.isCounted) return;
    entry.isCounted = false;
    this.#countCalls(entry, -1);
  }

  #countCalls({ visits }: Entry, by: 1 | -1): void {
    if (visits === null || visits.length < 2) return;
    const inOrder = visits.toSorted((a, b) => a.fromMs - b.fromMs);
    for (const [caller, { service: callee, isFailing, toMs }] of callsOf(inOrder)) {
      this.#nodes.count("log", [caller.service, callee], { isFailing, atMs: toMs, by });
    }
  }
}

function stretch(visit: OpenVisit, isFailing: boolean, atMs: number): void {
  if (atMs < visit.fromMs) visit.fromMs = atMs;
  if (atMs > visit.toMs) visit.toMs = atMs;
  visit.isFailing ||= isFailing;
}
