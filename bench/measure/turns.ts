/**
 * Parts of a round: in each, all arms take their turn on the same part of the corpus, so that a noisy moment of the machine
 * meets all of them.
 */
export const SLICES = 20;

/** Calls `turn` for each slice and each of so many arms, one after the other; another arm starts each slice. */
export function inTurns(arms: number, turn: (arm: number, slice: number) => void): void {
  for (let slice = 0; slice < SLICES; slice++) {
    for (let place = 0; place < arms; place++) turn((place + slice) % arms, slice);
  }
}

/** Where slice `slice` of so many lines starts; the start of the one behind the last is their number. */
export function sliceStart(lines: number, slice: number): number {
  return Math.floor((lines * slice) / SLICES);
}
