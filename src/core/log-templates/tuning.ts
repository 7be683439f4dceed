/**
 * What decides how lines are grouped; the same for every system. Chosen on eight labelled logs, where the values beside
 * each give nearly the same result (`npm run -s bench:templates -- --sweep`).
 */
export interface MinerTuning {
  /** From this many different plain words on, a place in a message is a variable; fewer are variants with a template each. */
  readonly manyValues: number;
  /** A message joins a cluster when this share of its columns agrees; a place known to vary counts half. */
  readonly agreement: number;
  /** The share that is enough once no new cluster or template may be opened. */
  readonly agreementWhenFull: number;
  /** Clusters of one leaf: of one group, number of columns and first word. */
  readonly maxClustersPerLeaf: number;
  /** First words of one group and number of columns; further ones share one leaf. */
  readonly maxFirstWords: number;
  /** Templates of one cluster; beyond it the place with most words becomes a variable. */
  readonly maxTemplatesPerCluster: number;
}

export const MINER_TUNING: MinerTuning = {
  manyValues: 4,
  agreement: 0.66,
  agreementWhenFull: 0.4,
  maxClustersPerLeaf: 32,
  maxFirstWords: 64,
  maxTemplatesPerCluster: 32,
};
