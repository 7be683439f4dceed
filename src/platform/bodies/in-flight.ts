/** Bytes that requests hold between their first byte and their answer, over all requests of this process. */
export interface InFlight {
  /** Room for this many bytes; null when there is none, and the sender must come again. */
  reserve(bytes: number): Reservation | null;
  readonly bytes: number;
}

export interface Reservation {
  /** Asks for more or gives back, to hold this many bytes; false when there is no room, and then nothing changes. */
  resize(bytes: number): boolean;
  release(): void;
}

/** A budget of at most `maxBytes`. */
export function createInFlight(maxBytes: number): InFlight {
  const state = { bytes: 0 };
  const change = (by: number): boolean => {
    if (by > 0 && state.bytes + by > maxBytes) return false;
    state.bytes += by;
    return true;
  };
  return {
    get bytes() {
      return state.bytes;
    },
    reserve(bytes) {
      if (!change(bytes)) return null;
      let held = bytes;
      const resize = (wanted: number): boolean => {
        if (!change(wanted - held)) return false;
        held = wanted;
        return true;
      };
      return { resize, release: () => void resize(0) };
    },
  };
}
