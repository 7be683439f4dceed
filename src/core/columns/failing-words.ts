/** Words that a line says when something failed, whatever its level. */
const FAILING =
  /\b(?:error|fail|exception|timed? ?out|timeout|refus|denied|unavailable|exhausted|panic|fatal|could not|couldn't|cannot|can't|unable|reject|abort|crash|unreachable|out of memory|oom|killed|deadlock|unhealthy|forbidden|unauthori[sz]ed|expired|throttl)/iu;

/** Whether the words of a template tell of a failure, as far as words alone do. */
export function soundsFailing(words: string): boolean {
  return FAILING.test(words);
}
