import type { FrameHeader } from "./frame-header.ts";
import { frameBytesOf } from "./frame-header.ts";

/** Frames that follow one another in a segment: what a window looks at or passes over as one. */
export interface FrameRun {
  readonly from: number;
  readonly to: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** Services of its rows; null when it has too many to tell. */
  readonly services: readonly string[] | null;
}

export interface DamagedPart {
  readonly from: number;
  readonly to: number;
}

/** What stands where in a segment, up to `scannedTo`. */
export interface SegmentMap {
  readonly salt: number | null;
  readonly scannedTo: number;
  readonly runs: readonly FrameRun[];
  readonly damaged: readonly DamagedPart[];
  /** Bytes behind `scannedTo` that no append which never ended explains; null when there are none. */
  readonly tail: DamagedPart | null;
}

export const EMPTY_MAP: SegmentMap = { salt: null, scannedTo: 0, runs: [], damaged: [], tail: null };

/** The map of a segment that nobody appends to any more: what stands behind the last whole frame up to `size` is damage. */
export function endedAt(map: SegmentMap, size: number): SegmentMap {
  if (size <= map.scannedTo) return { ...map, tail: null };
  return { ...map, scannedTo: size, damaged: [...map.damaged, { from: map.scannedTo, to: size }], tail: null };
}

/** A run ends once it has this size: small batches need not be listed one by one, large ones can be passed over alone. */
const RUN_BYTES = 256 * 1024;
const MAX_RUN_SERVICES = 256;

/** Builds a map frame by frame. */
export class MapBuilder {
  readonly #runs: FrameRun[];
  readonly #damaged: DamagedPart[];
  #salt: number | null;
  #scannedTo: number;
  #pending: DamagedPart | null = null;

  constructor(known: SegmentMap) {
    this.#runs = [...known.runs];
    this.#damaged = [...known.damaged];
    this.#salt = known.salt;
    this.#scannedTo = known.scannedTo;
  }

  addFrame(offset: number, header: FrameHeader, services: readonly string[] | null): void {
    this.#salt ??= header.salt;
    if (this.#pending !== null) this.#damaged.push(this.#pending);
    this.#pending = null;
    const to = offset + frameBytesOf(header);
    this.#scannedTo = to;
    const { minMs, maxMs } = header;
    const last = this.#runs.at(-1);
    if (last === undefined || last.to !== offset || last.to - last.from >= RUN_BYTES) {
      this.#runs.push({ from: offset, to, minMs, maxMs, services: bounded(services) });
      return;
    }
    this.#runs[this.#runs.length - 1] = {
      from: last.from,
      to,
      minMs: Math.min(last.minMs, minMs),
      maxMs: Math.max(last.maxMs, maxMs),
      services: joined(last.services, services),
    };
  }

  /** A part that is no whole frame. It counts as damage once a whole frame follows; before, it may be a torn tail. */
  addDamage(from: number, to: number): void {
    this.#pending = { from: this.#pending?.from ?? from, to };
  }

  map(): SegmentMap {
    const [runs, damaged] = [[...this.#runs], [...this.#damaged]];
    return { salt: this.#salt, scannedTo: this.#scannedTo, runs, damaged, tail: null };
  }
}

function joined(left: readonly string[] | null, right: readonly string[] | null): readonly string[] | null {
  if (left === null || right === null) return null;
  if (right.every((service) => left.includes(service))) return left;
  return bounded([...new Set([...left, ...right])]);
}

const bounded = (services: readonly string[] | null): readonly string[] | null =>
  services === null || services.length > MAX_RUN_SERVICES ? null : services;
