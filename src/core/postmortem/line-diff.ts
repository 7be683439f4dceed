/** The lines `start` to `end` (not included) of the base became `lines`. Equal start and end: only an insertion. */
export interface Hunk<Line extends string> {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly Line[];
}

/** Above this many comparisons two texts count as wholly different: a bound, because people may paste anything. */
const MAX_CELLS = 4_000_000;

/** What has to change in `base` to become `changed`, in order; as few lines as possible. Equal texts give none. */
export function hunksOf<Line extends string>(base: readonly string[], changed: readonly Line[]): readonly Hunk<Line>[] {
  const shorter = Math.min(base.length, changed.length);
  let head = 0;
  while (head < shorter && base[head] === changed[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && base[base.length - 1 - tail] === changed[changed.length - 1 - tail]) tail += 1;
  const middle = base.slice(head, base.length - tail);
  const now = changed.slice(head, changed.length - tail);
  if (middle.length * now.length > MAX_CELLS) return [{ start: head, end: head + middle.length, lines: now }];
  return changesBetween(middle, now).map(({ start, end, lines }) => ({ start: start + head, end: end + head, lines }));
}

function changesBetween<Line extends string>(base: readonly string[], changed: readonly Line[]): readonly Hunk<Line>[] {
  const common = commonLengths(base, changed);
  const width = changed.length + 1;
  const hunks: Hunk<Line>[] = [];
  let [from, row, begun, column] = [0, 0, 0, 0];
  const close = () => {
    if (row > from || column > begun) hunks.push({ start: from, end: row, lines: changed.slice(begun, column) });
  };
  while (row < base.length && column < changed.length) {
    if (base[row] === changed[column]) {
      close();
      [row, column] = [row + 1, column + 1];
      [from, begun] = [row, column];
    } else if ((common[(row + 1) * width + column] ?? 0) >= (common[row * width + column + 1] ?? 0)) row += 1;
    else column += 1;
  }
  [row, column] = [base.length, changed.length];
  close();
  return hunks;
}

/** For every pair of positions: how many lines the two rests have in common, in order. */
function commonLengths(base: readonly string[], changed: readonly string[]): Uint32Array {
  const width = changed.length + 1;
  const common = new Uint32Array((base.length + 1) * width);
  for (let row = base.length - 1; row >= 0; row--) {
    for (let column = changed.length - 1; column >= 0; column--) {
      const at = row * width + column;
      const down = common[at + width] ?? 0;
      common[at] =
        base[row] === changed[column] ? (common[at + width + 1] ?? 0) + 1 : Math.max(down, common[at + 1] ?? 0);
    }
  }
  return common;
}
