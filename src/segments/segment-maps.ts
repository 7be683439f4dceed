import { stat } from "node:fs/promises";
import { scanSegment } from "./scan-segment.ts";
import { loadIndex, saveIndex } from "./segment-index.ts";
import { EMPTY_MAP, type SegmentMap } from "./segment-map.ts";
import type { SegmentPath } from "./segment-paths.ts";

const MAX_KNOWN = 2_000;

/** What stands where in every segment that somebody asked for. Looks only at what is new since the last time. */
export class SegmentMaps {
  readonly #known = new Map<string, { readonly size: number; readonly map: SegmentMap }>();

  /** Rejects with ENOENT when the segment was removed. */
  async of(segment: SegmentPath): Promise<SegmentMap> {
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

  async #sealed(path: string, size: number, stored: SegmentMap | null): Promise<SegmentMap> {
    // Bytes behind what the index knows are a torn tail.
    if (stored !== null && stored.scannedTo <= size) return stored;
    const { map } = await scanSegment(path, { known: EMPTY_MAP, size, verifiesRaw: false });
    if (stored !== null) return { ...map, damaged: [...map.damaged, { from: map.scannedTo, to: stored.scannedTo }] };
    // The disk may be read-only here, or another process removes the segment now: the next one makes the index.
    await saveIndex(path, map).catch(() => undefined);
    return map;
  }

  async #growing(path: string, size: number, known: SegmentMap | undefined): Promise<SegmentMap> {
    const before = known !== undefined && known.scannedTo <= size ? known : EMPTY_MAP;
    // What is torn at the end may still be on its way: it is looked at again when the file has grown.
    return (await scanSegment(path, { known: before, size, verifiesRaw: false })).map;
  }
}
