import type { LogEvent } from "../../event.ts";
import type { Safe } from "../../safe.ts";
import type { Observed } from "../../timeline/observations.ts";
import type { ClusterState } from "../cluster/state.ts";

/** More lines than this are not read by one rule; the newest are. */
const MAX_LINES = 30_000;

/** The newest log lines that fit a pattern, by service. Lines of no known service are left out. */
export function linesBy(state: ClusterState, pattern: RegExp): ReadonlyMap<Safe, readonly Observed<LogEvent>[]> {
  const found = new Map<Safe, Observed<LogEvent>[]>();
  for (const line of state.observations.logs.slice(-MAX_LINES)) {
    const { service, body } = line.event;
    if (service === null || !pattern.test(body)) continue;
    const known = found.get(service);
    if (known === undefined) found.set(service, [line]);
    else known.push(line);
  }
  return found;
}
