/** Rows of one statement: it takes far less than the minute after which the server ends it, and holds few locks for a short time. */
export const ROWS_AT_ONCE = 5_000;
const MAX_ROUNDS = 10_000;

/** Repeats a statement over at most `ROWS_AT_ONCE` rows until one finds fewer. Gives how many there were in all. */
export async function inSteps(step: () => PromiseLike<number>): Promise<number> {
  let total = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const rows = await step();
    total += rows;
    if (rows < ROWS_AT_ONCE) break;
  }
  return total;
}
