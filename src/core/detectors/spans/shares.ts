/** How many of how many: in the window, and in the baseline. */
export interface Shares {
  readonly inside: number;
  readonly insideOf: number;
  readonly before: number;
  readonly beforeOf: number;
}

/** −ln of the chance of at least so many inside if window and baseline were alike: Fisher's exact test, one-sided, in nats. */
export function fisherSurprise({ inside, insideOf, before, beforeOf }: Shares): number {
  const marked = inside + before;
  if (inside === 0 || insideOf === 0 || beforeOf === 0 || inside * beforeOf <= before * insideOf) return 0;
  const chance = logChoose(insideOf, inside) + logChoose(beforeOf, before) - logChoose(insideOf + beforeOf, marked);
  let [sum, term] = [1, 1];
  for (let k = inside; k < insideOf && k < marked; k++) {
    term *= ((insideOf - k) / (k + 1)) * ((marked - k) / (beforeOf - marked + k + 1));
    sum += term;
    if (term < 1e-9) break;
  }
  return Math.max(0, -chance - Math.log(sum));
}

/** How much better "a share of its own" explains k of n than the share p does, in nats; 0 when the share is not higher. */
export function higherShare(k: number, n: number, p: number): number {
  if (n === 0 || k <= n * p || p <= 0 || p >= 1) return 0;
  const rest = n - k;
  return k * Math.log(k / n / p) + (rest === 0 ? 0 : rest * Math.log(rest / n / (1 - p)));
}

/** The highest twentieth of what was seen shows how the rest of the tail falls; fewer values than this show nothing. */
const TAIL = 0.05;
const MIN_TAIL = 5;

/**
 * −ln of the chance of a value as high as this, from how the highest values seen so far fall off. Values beyond a high
 * mark fall off exponentially; how fast is known only as well as the few beyond the mark tell, and that is counted in.
 */
export function tailSurprise(seen: readonly number[], value: number): number {
  const descending = seen.toSorted((a, b) => b - a);
  const beyond = Math.floor(descending.length * TAIL);
  const mark = descending[beyond];
  if (mark === undefined || beyond < MIN_TAIL || value <= mark) return 0;
  const excess = descending.slice(0, beyond).reduce((sum, each) => sum + each - mark, 0);
  if (excess <= 0) return 0;
  return beyond * Math.log(1 + (value - mark) / excess) - Math.log(beyond / descending.length);
}

/** Evidence that it is over: −ln of the chance of so many good ones in a row, after the last bad one, if it went on. */
export function stoppedSurprise(marks: readonly boolean[]): number {
  const [first, last] = [marks.indexOf(true), marks.lastIndexOf(true)];
  if (first === -1) return 0;
  const bad = marks.filter(Boolean).length;
  const good = marks.length - 1 - last;
  // One more than seen keeps a short run from looking certain.
  return -good * Math.log(1 - bad / (last - first + 2));
}

/** True when what went wrong has stopped, up to one chance in twenty. */
export function hasStopped(marks: readonly boolean[]): boolean {
  return stoppedSurprise(marks) >= STOPPED;
}

const STOPPED = 3;

function logChoose(total: number, chosen: number): number {
  return logFactorial(total) - logFactorial(chosen) - logFactorial(total - chosen);
}

/** From here on Stirling's series is exact to nine digits. */
const LARGE = 16;

function logFactorial(n: number): number {
  if (n < LARGE) {
    let product = 1;
    for (let k = 2; k <= n; k++) product *= k;
    return Math.log(product);
  }
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}
