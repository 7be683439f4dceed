import type { SpanEvent } from "../event.ts";
import type { Safe } from "../safe.ts";
import { AgedIds, hashId } from "./aged-ids.ts";
import type { KeeperNodes, Node } from "./keeper-nodes.ts";
import type { StateReader, StateWriter } from "./keeper-state.ts";

/** What the graph needs of one span. */
export interface SeenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly service: Safe | null;
  readonly spanKind: SpanEvent["spanKind"];
  /** Whom a client span says it calls. */
  readonly peer: Safe | null;
  readonly isFailing: boolean;
  readonly atMs: number;
}

/** A client span that names its peer: it counts for itself only while nobody says to be its child. */
interface ClientSide {
  readonly node: Node;
  readonly peer: Safe;
  readonly isFailing: boolean;
  readonly atMs: number;
  readonly seenIn: number;
  isTold: boolean;
}

/** A child whose parent has not come yet. */
interface Orphan {
  readonly node: Node;
  readonly isFailing: boolean;
  readonly atMs: number;
}

/** What is known of one span id: the span itself, or only that others call it their parent. */
interface Entry {
  isSeen: boolean;
  node: Node | null;
  spanKind: SpanEvent["spanKind"];
  atMs: number;
  hasChild: boolean;
  client: ClientSide | null;
  orphans: Orphan[] | null;
}

/** Children that one missing parent may have; a batch with more tells its edges by the first. */
const MAX_ORPHANS = 256;

const TRACE_SEED = 0x9747b28c;
/** The end of a trace id is random in every common scheme, the beginning may be zeros or a time. */
const TELLING_END = 16;
const SPAN_SEED = 0x3c6ef372;

/** Edges between parent and child spans of different services, whichever of the two comes first. */
export class KeeperSpans {
  readonly #nodes: KeeperNodes;
  readonly #entries: AgedIds<Entry>;
  #waiting = 0;

  constructor(nodes: KeeperNodes, maxSpans: number) {
    this.#nodes = nodes;
    this.#entries = new AgedIds(maxSpans, (entry) => {
      if (entry.client !== null) this.#tell(entry.client);
      if (entry.orphans !== null) nodes.unjoined += entry.orphans.length;
    });
  }

  /** Whether client spans wait to be told, as the last `settle` left it. */
  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(span: SeenSpan): void {
    const node = span.service === null ? null : this.#nodes.hear(span.service);
    const trace = hashId(span.traceId, TRACE_SEED, span.traceId.length - TELLING_END);
    const entry = this.#entry(trace, span.spanId);
    if (isRepeat(entry, span, node)) return;
    // Client and server of one call may share an id: the later one is whose children these are.
    if (!entry.isSeen || span.atMs >= entry.atMs) {
      entry.node = node;
      entry.spanKind = span.spanKind;
      entry.atMs = span.atMs;
    }
    entry.isSeen = true;
    if (span.peer !== null && node !== null && !entry.hasChild) entry.client = this.#clientSide(span, node, span.peer);
    if (entry.orphans !== null) this.#adopt(entry);
    if (span.parentSpanId !== null) this.#addToParent(this.#entry(trace, span.parentSpanId), span, node);
  }

  /** Tells client spans that waited for at least so many drains, or all of them. */
  settle(patience: number): void {
    this.#waiting = 0;
    this.#entries.forEach(({ client }) => {
      if (client === null || client.isTold) return;
      if (this.#nodes.drains - client.seenIn >= patience) this.#tell(client);
      else this.#waiting += 1;
    });
  }

  /** Takes down every span id with what is known of it. */
  save(out: StateWriter): void {
    out.put(this.#entries.size);
    this.#entries.forEachId(({ high, low, isOld }, entry) => {
      out.put(high, low, Number(isOld));
      saveEntry(entry, out);
    });
  }

  /** For an empty memory: what was taken down. */
  restore(from: StateReader, find: (name: Safe) => Node): void {
    for (let left = from.count(); left > 0; left--) {
      const id = { high: from.number(), low: from.number(), isOld: from.flag() };
      this.#entries.restore(id, restoreEntry(from, find));
    }
  }

  #entry(trace: number, spanId: string): Entry {
    const id = hashId(spanId, SPAN_SEED);
    const known = this.#entries.get(trace, id);
    if (known !== undefined) return known;
    const entry = newEntry();
    this.#entries.set(trace, id, entry);
    return entry;
  }

  #clientSide({ isFailing, atMs }: SeenSpan, node: Node, peer: Safe): ClientSide {
    return { node, peer, isFailing, atMs, seenIn: this.#nodes.drains, isTold: false };
  }

  #tell(client: ClientSide): void {
    if (client.isTold) return;
    client.isTold = true;
    this.#nodes.countPeer(client.node, client.peer, { isFailing: client.isFailing, atMs: client.atMs, by: 1 });
  }

  #addToParent(parent: Entry, { isFailing, atMs }: SeenSpan, node: Node | null): void {
    parent.hasChild = true;
    if (parent.client !== null) this.#takeBack(parent, parent.client);
    if (node === null) return;
    if (parent.isSeen) {
      if (parent.node !== null) this.#nodes.count("trace", [parent.node, node], { isFailing, atMs, by: 1 });
      return;
    }
    parent.orphans ??= [];
    if (parent.orphans.length < MAX_ORPHANS) parent.orphans.push({ node, isFailing, atMs });
    else this.#nodes.dropped += 1;
  }

  /** Its server side is there after all. */
  #takeBack(entry: Entry, { node, peer, isFailing, atMs, isTold }: ClientSide): void {
    if (isTold) this.#nodes.countPeer(node, peer, { isFailing, atMs, by: -1 });
    entry.client = null;
  }

  #adopt(entry: Entry): void {
    for (const { node, isFailing, atMs } of entry.orphans ?? []) {
      if (entry.node !== null) this.#nodes.count("trace", [entry.node, node], { isFailing, atMs, by: 1 });
    }
    entry.orphans = null;
  }
}

/** Senders repeat what was not acknowledged in time. */
function isRepeat(entry: Entry, { spanKind, atMs }: SeenSpan, node: Node | null): boolean {
  return entry.isSeen && entry.node === node && entry.atMs === atMs && entry.spanKind === spanKind;
}

function newEntry(): Entry {
  return {
    isSeen: false,
    node: null,
    spanKind: "unspecified",
    atMs: 0,
    hasChild: false,
    client: null,
    orphans: null,
  };
}

const KINDS = [
  "unspecified",
  "internal",
  "server",
  "client",
  "producer",
  "consumer",
] as const satisfies readonly SpanEvent["spanKind"][];

/** Bits that say what of an entry follows. */
const IS_SEEN = 1;
const HAS_CHILD = 2;
const HAS_NODE = 4;
const HAS_CLIENT = 8;
const HAS_ORPHANS = 16;

function saveEntry({ isSeen, node, spanKind, atMs, hasChild, client, orphans }: Entry, out: StateWriter): void {
  const known = Number(isSeen) * IS_SEEN + Number(hasChild) * HAS_CHILD + Number(node !== null) * HAS_NODE;
  const more = Number(client !== null) * HAS_CLIENT + Number(orphans !== null) * HAS_ORPHANS;
  out.put(known + more);
  if (isSeen) out.put(KINDS.indexOf(spanKind), atMs);
  if (node !== null) out.name(node.name);
  if (client !== null) {
    out.name(client.node.name);
    out.name(client.peer);
    out.put(Number(client.isFailing), client.atMs, client.seenIn, Number(client.isTold));
  }
  if (orphans === null) return;
  out.put(orphans.length);
  for (const orphan of orphans) {
    out.name(orphan.node.name);
    out.put(Number(orphan.isFailing), orphan.atMs);
  }
}

function restoreEntry(from: StateReader, find: (name: Safe) => Node): Entry {
  const entry = newEntry();
  const bits = from.number();
  entry.isSeen = (bits & IS_SEEN) !== 0;
  entry.hasChild = (bits & HAS_CHILD) !== 0;
  if (entry.isSeen) {
    entry.spanKind = KINDS[from.number()] ?? "unspecified";
    entry.atMs = from.number();
  }
  if ((bits & HAS_NODE) !== 0) entry.node = find(from.name());
  if ((bits & HAS_CLIENT) !== 0) entry.client = restoreClient(from, find);
  if ((bits & HAS_ORPHANS) !== 0) entry.orphans = restoreOrphans(from, find);
  return entry;
}

function restoreClient(from: StateReader, find: (name: Safe) => Node): ClientSide {
  const [node, peer] = [find(from.name()), from.name()];
  return { node, peer, isFailing: from.flag(), atMs: from.number(), seenIn: from.number(), isTold: from.flag() };
}

function restoreOrphans(from: StateReader, find: (name: Safe) => Node): Orphan[] {
  const orphans: Orphan[] = [];
  for (let left = from.count(); left > 0; left--) {
    orphans.push({ node: find(from.name()), isFailing: from.flag(), atMs: from.number() });
  }
  return orphans;
}
