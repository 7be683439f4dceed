/** Memory that bodies are read into, used again: fresh pages for every body cost more than scanning it. */
export interface BodyPool {
  /** At least so many bytes, with whatever was in them. */
  take(size: number): Uint8Array;
  /** Hands memory back. Nobody may look at it any more. */
  give(bytes: Uint8Array): void;
}

const SMALLEST = 64 * 1024;
const LARGEST = 4 * 1024 * 1024;

/** Keeps at most `maxBytes` for later; sizes are powers of two, so that few kinds serve all. */
export function createBodyPool(maxBytes: number): BodyPool {
  const free = new Map<number, Uint8Array[]>();
  let kept = 0;
  return {
    take(size) {
      if (size > LARGEST) return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
      const room = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(Math.max(1, size))));
      const known = free.get(room)?.pop();
      if (known === undefined) return new Uint8Array(Buffer.allocUnsafeSlow(room).buffer);
      kept -= room;
      return known;
    },
    give(bytes) {
      const room = bytes.length;
      if (room > LARGEST || room < SMALLEST || kept + room > maxBytes) return;
      kept += room;
      const same = free.get(room);
      if (same === undefined) free.set(room, [bytes]);
      else same.push(bytes);
    },
  };
}
