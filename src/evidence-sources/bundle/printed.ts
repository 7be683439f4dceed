/** A count as people read it: 1,000,000. */
export function printed(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, ",");
}
