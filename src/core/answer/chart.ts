import type { ErrorChart } from "../analysis.ts";
import type { EpochMs } from "../ids.ts";
import type { Safe } from "../safe.ts";
import { isoTime } from "../time.ts";
import type { Observations } from "../timeline/observations.ts";

const MAX_BUCKETS = 120;
const MAX_SERVICES = 5;
/** Steps that people read off an axis; longer windows get coarser ones. */
const STEPS_S = [10, 20, 30, 60, 120, 300, 600, 1800, 3600, 86_400] as const;
const SYMPTOM_BUCKET_MS = 10_000;

/** Failing records over the incident window, in all and for the five loudest services. */
export function drawChart(observations: Observations): ErrorChart {
  const { fromMs, toMs } = observations.window;
  const lengthS = Math.max(1, (toMs - fromMs) / 1000);
  const bucketSeconds = STEPS_S.find((step) => lengthS / step <= MAX_BUCKETS) ?? 86_400;
  const size = Math.min(MAX_BUCKETS, Math.max(1, Math.ceil(lengthS / bucketSeconds)));
  const series = new Map<Safe, number[]>();
  for (const { service, atMs, count } of failures(observations)) {
    const buckets = series.get(service) ?? Array.from({ length: size }, () => 0);
    const index = Math.min(size - 1, Math.floor((atMs - fromMs) / 1000 / bucketSeconds));
    if (index >= 0) buckets[index] = (buckets[index] ?? 0) + count;
    series.set(service, buckets);
  }
  const loudest = [...series]
    .map(([service, errors]) => ({ service, errors, total: errors.reduce((sum, each) => sum + each, 0) }))
    .toSorted((a, b) => b.total - a.total || (a.service < b.service ? -1 : 1));
  return {
    from: isoTime(fromMs),
    bucketSeconds,
    errors: Array.from({ length: size }, (_, index) =>
      loudest.reduce((sum, { errors }) => sum + (errors[index] ?? 0), 0),
    ),
    byService: loudest.slice(0, MAX_SERVICES).map(({ service, errors }) => ({ service, errors })),
  };
}

interface Failures {
  readonly service: Safe;
  readonly atMs: EpochMs | number;
  readonly count: number;
}

function failures({ symptoms, window }: Observations): readonly Failures[] {
  return symptoms
    .filter(({ meaning }) => meaning.isFailure)
    .flatMap(({ service, buckets }) =>
      buckets.flatMap((count, index) =>
        count > 0 ? [{ service, atMs: window.fromMs + index * SYMPTOM_BUCKET_MS, count }] : [],
      ),
    );
}
