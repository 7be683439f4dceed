/**
 * Marks a place at which a process may die, fail or wait: before and after what others can see. Here it does nothing at
 * all. The suite that kills processes at every mark loads another module in its place before the program's first line;
 * no setting of the program can.
 */
export function failpoint(_name: string): void {
  // Empty on purpose: see test/chaos/live-failpoint.ts.
}
