/** A file of a tenant. */
export interface TenantFile {
  readonly tenant: string;
  readonly bytes: number;
  /** False for a file that is still written to. */
  readonly mayGo: boolean;
}

interface Holding<File> {
  bytes: number;
  readonly removable: File[];
}

/**
 * Which files go so that all fit into `maxBytes`: again and again the oldest file of the tenant that takes the most. Each
 * tenant is guaranteed an equal share of the limit, and may use what others leave free; one that takes no more than its
 * share loses nothing. What is still written to stays, so that the limit may be missed by those files. `files` come oldest
 * first.
 */
export function beyondShare<File extends TenantFile>(files: readonly File[], maxBytes: number): readonly File[] {
  const holdings = new Map<string, Holding<File>>();
  for (const file of files) {
    const holding = holdings.get(file.tenant) ?? { bytes: 0, removable: [] };
    holding.bytes += file.bytes;
    if (file.mayGo) holding.removable.push(file);
    holdings.set(file.tenant, holding);
  }
  // Taken from their ends.
  for (const { removable } of holdings.values()) removable.reverse();
  const share = maxBytes / holdings.size;
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const gone: File[] = [];
  while (total > maxBytes) {
    const largest = largestOf(holdings.values(), share);
    const file = largest?.removable.pop();
    if (largest === null || file === undefined) break;
    largest.bytes -= file.bytes;
    total -= file.bytes;
    gone.push(file);
  }
  return gone;
}

/** Of those beyond their share that can give something, the one that takes the most. */
function largestOf<File>(holdings: Iterable<Holding<File>>, share: number): Holding<File> | null {
  let largest: Holding<File> | null = null;
  for (const holding of holdings) {
    if (holding.bytes <= share || holding.removable.length === 0) continue;
    if (largest === null || holding.bytes > largest.bytes) largest = holding;
  }
  return largest;
}
