/** More evidence than this from one series would decide alone, whatever it is about. */
export const MAX_SURPRISE = 12;

/** −ln of the chance that at least `inside` of all counts fall into a share `part` (0 to 1) of the time, if nothing had changed. */
export function binomialSurprise(inside: number, outside: number, part: number): number {
  const total = inside + outside;
  if (inside === 0 || part <= 0 || part >= 1 || inside <= total * part) return 0;
  if (outside === 0) return -inside * Math.log(part);
  return total > 2000 ? likelihoodRatio(inside, outside, part) : -logTail(inside, total, part);
}

/** For large counts the exact sum and the likelihood ratio agree. */
function likelihoodRatio(inside: number, outside: number, part: number): number {
  const total = inside + outside;
  return inside * Math.log(inside / (total * part)) + outside * Math.log(outside / (total * (1 - part)));
}

function logTail(from: number, total: number, part: number): number {
  const odds = part / (1 - part);
  let log = logChoose(total, from) + from * Math.log(part) + (total - from) * Math.log(1 - part);
  const first = log;
  let sum = 1;
  for (let k = from; k < total; k++) {
    log += Math.log(((total - k) / (k + 1)) * odds);
    const term = Math.exp(log - first);
    sum += term;
    if (term < 1e-9) break;
  }
  return first + Math.log(sum);
}

function logChoose(total: number, chosen: number): number {
  let sum = 0;
  const few = Math.min(chosen, total - chosen);
  for (let k = 1; k <= few; k++) sum += Math.log((total - few + k) / k);
  return sum;
}

/** Seconds of one series, distinct and ascending, and the stretch of time that was watched. */
export interface Watched {
  readonly seconds: readonly number[];
  /** First and last watched second, with `windowFrom` between them. */
  readonly from: number;
  readonly windowFrom: number;
  readonly to: number;
}

export interface Scan {
  /** In nats, already lowered for the number of places looked at. */
  readonly surprise: number;
  /** The densest stretch. */
  readonly from: number;
  readonly to: number;
  /** Seconds with a record, per second, inside it. */
  readonly rate: number;
}

const HALVINGS = 4;

/** Looks for the stretch of the window in which a series is surprisingly dense compared with all other watched time. */
export function scan(watched: Watched): Scan {
  const { from, windowFrom, to, seconds } = watched;
  const whole = Math.max(1, to - from + 1);
  const window = Math.max(1, to - windowFrom + 1);
  let best: Scan = { surprise: 0, from: windowFrom, to, rate: seconds.length / whole };
  for (let halving = 0; halving < HALVINGS; halving++) {
    const length = window / 2 ** halving;
    const places = 2 ** (halving + 1) - 1;
    for (let place = 0; place < places; place++) {
      const start = windowFrom + (place * length) / 2;
      const inside = countBetween(seconds, start, start + length);
      const nats = binomialSurprise(inside, seconds.length - inside, length / whole) - Math.log(places * HALVINGS);
      if (nats > best.surprise) best = { surprise: nats, from: start, to: start + length, rate: inside / length };
    }
  }
  return best;
}

/** How many of the ascending values lie in [from, to). */
export function countBetween(ascending: readonly number[], from: number, to: number): number {
  return lowerBound(ascending, to) - lowerBound(ascending, from);
}

function lowerBound(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The second in which a burst began: where the evidence for `rate` instead of `quiet` (both per second) starts its highest climb. */
export function burstStart(seconds: readonly number[], quiet: number, rate: number): number | null {
  const gain = Math.log(Math.max(rate, quiet * 2) / quiet);
  const loss = Math.max(rate, quiet * 2) - quiet;
  let [sum, start, best] = [0, 0, 0];
  let bestStart: number | null = null;
  let last: number | null = null;
  for (const second of seconds) {
    const faded = last === null ? 0 : sum - loss * (second - last);
    if (faded <= 0) start = second;
    sum = Math.max(0, faded) + gain;
    // Of two climbs alike the later one leads to the alert.
    if (sum >= best) [best, bestStart] = [sum, start];
    last = second;
  }
  return bestStart;
}
