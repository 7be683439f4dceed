/** More than this from one comparison would decide alone, whatever it is about. */
export const MAX_NATS = 6;

/**
 * −ln of the chance that at least `badHere` of `here` samples are among the bad ones, when all samples are alike
 * (Fisher's exact test, one-sided). No sample on one side says nothing: 0.
 */
export function unlikeness(here: Tally, there: Tally): number {
  const total = here.all + there.all;
  const bad = here.bad + there.bad;
  if (here.bad === 0 || here.all === 0 || there.all === 0) return 0;
  const least = logChoose(here.all, here.bad) + logChoose(there.all, there.bad) - logChoose(total, bad);
  // Each further one as a multiple of the one before it: many samples take no longer than their number.
  let [sum, term] = [1, 1];
  for (let k = here.bad; k < Math.min(here.all, bad); k++) {
    term *= ((here.all - k) / (k + 1)) * ((bad - k) / (there.all - bad + k + 1));
    sum += term;
  }
  return Math.max(0, -least - Math.log(sum));
}

/** How many samples were taken, and how many of them were bad. */
export interface Tally {
  readonly bad: number;
  readonly all: number;
}

function logChoose(total: number, chosen: number): number {
  if (chosen < 0 || chosen > total) return -Infinity;
  let sum = 0;
  const few = Math.min(chosen, total - chosen);
  for (let k = 1; k <= few; k++) sum += Math.log((total - few + k) / k);
  return sum;
}

/** Evidence of one of several places looked at: lowered by their number, never below zero, capped. */
export function corrected(nats: number, looks: number): number {
  return Math.min(MAX_NATS, Math.max(0, nats - Math.log(Math.max(1, looks))));
}
