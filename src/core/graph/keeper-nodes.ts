import type { Safe } from "../safe.ts";
import { compare } from "./build.ts";
import { resolvePeer } from "./infer.ts";
import {
  add,
  callsIn,
  changeOf,
  join,
  newPair,
  type Pair,
  reset,
  restorePair,
  restoreTally,
  type Sight,
  savePair,
  saveTally,
  type Tally,
  zero,
} from "./keeper-pairs.ts";
import type { StateReader, StateWriter } from "./keeper-state.ts";
import type { EdgeChange } from "./known-edge.ts";

/** A service, or whatever a peer's name stands for. */
export interface Node {
  readonly name: Safe;
  /** It sent something itself; else it is only called. */
  isHeard: boolean;
  isKept: boolean;
  touchedIn: number;
  readonly callees: Map<Node, Pair>;
  /** Peers that its client spans name and whose own side was not seen. */
  readonly peers: Map<Safe, Tally>;
}

export interface NodeLimits {
  readonly maxNodes: number;
  readonly maxEdges: number;
}

/** Longer names are no names of services. */
const MAX_NAME = 200;
/** From here on the least used are given up at a drain, down to half. */
const FULL = 0.75;

/** Services and the calls between them, as many as the limits allow; what does not fit is counted and left out. */
export class KeeperNodes {
  readonly #limits: NodeLimits;
  readonly #nodes = new Map<Safe, Node>();
  /** A name counts as a service from the moment it sent something. */
  readonly #heard = { has: (name: Safe) => this.#nodes.get(name)?.isHeard === true };
  #edges = 0;
  #peers = 0;
  drains = 0;
  dropped = 0;
  /** Calls of which one half was forgotten before the other came. */
  unjoined = 0;

  constructor(limits: NodeLimits) {
    this.#limits = limits;
  }

  get size(): { readonly nodes: number; readonly edges: number } {
    return { nodes: this.#nodes.size, edges: this.#edges };
  }

  /** The node of a service that sent something; null when there is no room for one more. */
  hear(name: Safe): Node | null {
    const node = this.#node(name);
    if (node !== null) node.isHeard = true;
    return node;
  }

  /** Counts a call that spans of both sides (trace) or ids in logs (log) show. */
  count(witness: "trace" | "log", [caller, callee]: readonly [Node, Node], sight: Sight): void {
    if (caller === callee) return;
    const pair = this.#pair(caller, callee);
    if (pair !== null) add(pair[witness], sight);
  }

  /** Counts a call whose other side was not seen; whom the name stands for is looked up at every drain. */
  countPeer(caller: Node, peer: Safe, sight: Sight): void {
    const node = this.#live(caller);
    if (node === null || peer.length > MAX_NAME) return this.#drop();
    let tally = node.peers.get(peer);
    if (tally === undefined) {
      if (sight.by < 0) return;
      if (this.#peers >= this.#limits.maxEdges) return this.#drop();
      this.#peers += 1;
      tally = zero();
      node.peers.set(peer, tally);
    }
    add(tally, sight);
  }

  /** What changed since the last time, sorted by caller and callee; then gives up the least used where limits are near. */
  drain(): readonly EdgeChange[] {
    this.#resolvePeers();
    const changes: EdgeChange[] = [];
    for (const pair of this.#pairs()) {
      const change = changeOf(pair);
      if (change === null) continue;
      changes.push(change);
      pair.toldCalls += change.calls;
      pair.toldFailures += change.failures;
    }
    this.#trim();
    this.drains += 1;
    return changes.toSorted((a, b) => compare(a.caller, b.caller) || compare(a.callee, b.callee));
  }

  /** Takes down services, directions and peers. */
  save(out: StateWriter): void {
    out.put(this.drains, this.dropped, this.unjoined, this.#nodes.size);
    for (const { name, isHeard, touchedIn } of this.#nodes.values()) {
      out.name(name);
      out.put(Number(isHeard), touchedIn);
    }
    for (const { callees, peers } of this.#nodes.values()) {
      out.put(callees.size);
      for (const pair of callees.values()) {
        out.name(pair.callee.name);
        savePair(pair, out);
      }
      out.put(peers.size);
      for (const [peer, tally] of peers) {
        out.name(peer);
        saveTally(tally, out);
      }
    }
  }

  /** For an empty memory: what was taken down. Gives how to find the node of a name; of one given up, a node apart. */
  restore(from: StateReader): (name: Safe) => Node {
    this.drains = from.number();
    this.dropped = from.number();
    this.unjoined = from.number();
    for (let left = from.count(); left > 0; left--) {
      const node = newNode(from.name(), true, 0);
      node.isHeard = from.flag();
      node.touchedIn = from.number();
      this.#nodes.set(node.name, node);
    }
    const gone = new Map<Safe, Node>();
    const find = (name: Safe) => this.#nodes.get(name) ?? gone.get(name) ?? remember(gone, newNode(name, false, 0));
    for (const node of this.#nodes.values()) this.#restoreCalls(node, find, from);
    return find;
  }

  #restoreCalls(node: Node, find: (name: Safe) => Node, from: StateReader): void {
    for (let left = from.count(); left > 0; left--) {
      const callee = find(from.name());
      node.callees.set(callee, restorePair([node, callee], from));
      this.#edges += 1;
    }
    for (let left = from.count(); left > 0; left--) {
      node.peers.set(from.name(), restoreTally(from));
      this.#peers += 1;
    }
  }

  #drop(): void {
    this.dropped += 1;
  }

  #node(name: Safe): Node | null {
    const known = this.#nodes.get(name);
    if (known !== undefined) {
      known.touchedIn = this.drains;
      return known;
    }
    if (this.#nodes.size >= this.#limits.maxNodes || name.length === 0 || name.length > MAX_NAME) {
      this.#drop();
      return null;
    }
    const node = newNode(name, true, this.drains);
    this.#nodes.set(name, node);
    return node;
  }

  /** Spans remember nodes for longer than they may be kept. */
  #live(node: Node): Node | null {
    return node.isKept ? node : this.hear(node.name);
  }

  #pair(from: Node, to: Node): Pair | null {
    const [caller, callee] = [this.#live(from), this.#live(to)];
    if (caller === null || callee === null) return null;
    let pair = caller.callees.get(callee);
    if (pair === undefined) {
      if (this.#edges >= this.#limits.maxEdges) {
        this.#drop();
        return null;
      }
      this.#edges += 1;
      pair = newPair(caller, callee);
      caller.callees.set(callee, pair);
    }
    pair.touchedIn = this.drains;
    return pair;
  }

  *#pairs(): Generator<Pair> {
    for (const node of this.#nodes.values()) yield* node.callees.values();
  }

  #resolvePeers(): void {
    for (const { peer } of this.#pairs()) reset(peer);
    for (const caller of this.#nodes.values()) {
      for (const [peer, tally] of caller.peers) {
        const name = resolvePeer(peer, this.#heard);
        const callee = name === null || name === caller.name || tally.calls === 0 ? null : this.#node(name);
        const pair = callee === null ? null : this.#pair(caller, callee);
        if (pair !== null) join(pair.peer, tally);
      }
    }
  }

  #trim(): void {
    const { maxEdges, maxNodes } = this.#limits;
    const isFull = this.#edges > maxEdges * FULL || this.#peers > maxEdges * FULL;
    if (isFull) {
      this.#forgetPeers();
      for (const pair of leastUsed([...this.#pairs()], this.#edges - Math.floor(maxEdges / 2))) this.#forgetPair(pair);
    }
    if (this.#nodes.size <= maxNodes * FULL) return;
    const idle = [...this.#nodes.values()].toSorted((a, b) => a.touchedIn - b.touchedIn || compare(a.name, b.name));
    for (const node of idle.slice(0, idle.length - Math.floor(maxNodes / 2))) this.#forgetNode(node);
    for (const pair of this.#pairs()) if (!pair.callee.isKept) this.#forgetPair(pair);
  }

  #forgetPair({ caller, callee }: Pair): void {
    if (caller.callees.delete(callee)) this.#edges -= 1;
  }

  #forgetNode(node: Node): void {
    node.isKept = false;
    this.#nodes.delete(node.name);
    this.#edges -= node.callees.size;
    this.#peers -= node.peers.size;
    node.callees.clear();
    node.peers.clear();
  }

  /** What was told of them stays told: it leaves both sides of the difference. */
  #forgetPeers(): void {
    for (const pair of this.#pairs()) {
      pair.toldCalls -= pair.peer.calls;
      pair.toldFailures -= pair.peer.failures;
      reset(pair.peer);
      // Else the logs of the same calls would be told in their place.
      if (pair.trace.calls === 0) reset(pair.log);
    }
    for (const node of this.#nodes.values()) node.peers.clear();
    this.#peers = 0;
  }
}

function newNode(name: Safe, isKept: boolean, touchedIn: number): Node {
  return { name, isHeard: false, isKept, touchedIn, callees: new Map(), peers: new Map() };
}

function remember(gone: Map<Safe, Node>, node: Node): Node {
  gone.set(node.name, node);
  return node;
}

function leastUsed(pairs: readonly Pair[], count: number): readonly Pair[] {
  return pairs
    .toSorted((a, b) => a.touchedIn - b.touchedIn || callsIn(a) - callsIn(b) || byEnds(a, b))
    .slice(0, Math.max(0, count));
}

function byEnds(a: Pair, b: Pair): number {
  return compare(a.caller.name, b.caller.name) || compare(a.callee.name, b.callee.name);
}
