import { stat } from "node:fs/promises";
import type { Clock, Logger } from "../app/ports.ts";
import { SETTLED_MS } from "./limits.ts";
import { scanSegment } from "./scan-segment.ts";
import { loadIndex, saveIndex } from "./segment-index.ts";
import { EMPTY_MAP, endedAt, type SegmentMap } from "./segment-map.ts";
import type { SegmentPath } from "./segment-paths.ts";

const MAX_KNOWN = 2_000;

/** What stands where in every segment that somebody asked for. Looks only at what is new since the last time. */
export class SegmentMaps {
  readonly #known = new Map<string, { readonly size: number; readonly map: SegmentMap }>();
  /** Damaged parts of each segment that the log has been told of. */
  readonly #reported = new Map<string, number>();
  readonly #deps: { readonly clock: Clock; readonly logger: Logger };

  constructor(deps: { readonly clock: Clock; readonly logger: Logger }) {
    this.#deps = deps;
  }

  /** Rejects with ENOENT when the segment was removed. Damage is logged when this process first meets it. */
  async of(segment: SegmentPath): Promise<SegmentMap> {
    const map = await this.#told(segment.path, await this.#mapOf(segment));
    if (map.damaged.length > (this.#reported.get(segment.path) ?? 0)) this.#report(segment.path, map);
    return map;
  }

  async #mapOf(segment: SegmentPath): Promise<SegmentMap> {
    const { path } = segment;
    const known = this.#known.get(path);
    if (known !== undefined && known.size === (await stat(path)).size) return known.map;
    // Looked at before the size: a segment that is sealed meanwhile must not seem shorter than its index says.
    const stored = await loadIndex(path);
    const { size } = await stat(path);
    // An index stands beside the last segment of a writer too when it was closed or a write to it failed.
    const isSealed = segment.isSealed || stored !== null;
    const map = isSealed ? await this.#sealed(path, size, stored) : await this.#growing(path, size, known?.map);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(path, { size, map });
    return map;
  }

  #report(path: string, { damaged }: SegmentMap): void {
    if (this.#reported.size >= MAX_KNOWN) this.#reported.clear();
    this.#reported.set(path, damaged.length);
    const bytes = damaged.reduce((sum, { from, to }) => sum + to - from, 0);
    const fields = { path, damagedParts: damaged.length, damagedBytes: bytes };
    this.#deps.logger.error(fields, "parts of a segment are damaged: they stay in the file, unread");
  }

  /** What looks harmed at the end may still be on its way to a shared disk: it is damage once nobody wrote for a while. */
  async #told(path: string, map: SegmentMap): Promise<SegmentMap> {
    if (map.tail === null) return map;
    const { mtimeMs } = await stat(path);
    return this.#deps.clock.nowMs() - mtimeMs > SETTLED_MS ? { ...map, damaged: [...map.damaged, map.tail] } : map;
  }

  async #sealed(path: string, size: number, stored: SegmentMap | null): Promise<SegmentMap> {
    // Bytes behind what the index knows were written and refused: nobody was told that they are stored.
    if (stored !== null && stored.scannedTo <= size) return stored;
    const known = { ...EMPTY_MAP, salt: stored?.salt ?? null };
    const found = await scanSegment(path, { known, size, verifiesRaw: false });
    if (stored !== null) return endedAt(found, stored.scannedTo);
    // Its writer went on, so everything in it was stored: whatever ends it is no append on its way.
    const map = endedAt(found, size);
    // The disk may be read-only here, or another process removes the segment now: the next one makes the index.
    await saveIndex(path, map).catch(() => undefined);
    return map;
  }

  async #growing(path: string, size: number, known: SegmentMap | undefined): Promise<SegmentMap> {
    const before = known !== undefined && known.scannedTo <= size ? { ...known, tail: null } : EMPTY_MAP;
    // What is torn at the end may still be on its way: it is looked at again when the file has grown.
    return scanSegment(path, { known: before, size, verifiesRaw: false });
  }
}
