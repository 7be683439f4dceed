import { type Safe, safe } from "../../safe.ts";
import { CONTRADICTION } from "../cluster-rules/suspect.ts";
import type { Finding, FindingReason } from "../finding.ts";
import type { ClusterState } from "./state.ts";

/** Takes back what a failing node or a used-up quota would show by itself: its pods and workloads are victims, not causes. */
export function explainVictims(findings: readonly Finding[], state: ClusterState): readonly Finding[] {
  const sources = findings.filter((each) => each.service === null && isSure(each));
  if (sources.length === 0) return findings;
  const explained = new Map(sources.flatMap((source) => victimsOf(source, state).map((service) => [service, source])));
  return findings.map((finding) => {
    const source = finding.service === null ? undefined : explained.get(finding.service);
    const against = source === undefined ? null : againstFor(finding, source);
    return against === null ? finding : { ...finding, reasons: [...finding.reasons, against] };
  });
}

function isSure({ reasons }: Finding): boolean {
  return reasons.some(({ points }) => points >= CONTRADICTION);
}

/** Services all of whose unready pods are on the node, or some of whose pods the namespace has no room for. */
function victimsOf({ object }: Finding, state: ClusterState): readonly Safe[] {
  const services = state.workloads.flatMap(({ service, pods, desired, namespace }) => {
    const unready = pods.filter(({ isReady, isTerminating }) => !isReady && !isTerminating);
    const isOnNode = unready.length > 0 && unready.every(({ node }) => object === `Node/${node ?? ""}`);
    const isRefused = object === `Namespace/${namespace ?? ""}` && desired !== null && pods.length < desired;
    return isOnNode || isRefused ? [service] : [];
  });
  return [...new Set(services)];
}

/** All that speaks for the victim but one sign of being odd: the source shows the same, and it shows more. */
function againstFor({ reasons }: Finding, source: Finding): FindingReason | null {
  const points = reasons.reduce((sum, each) => sum + Math.max(0, each.points), 0);
  const [shown] = source.reasons.toSorted((a, b) => b.points - a.points);
  if (shown === undefined || source.object === null) return null;
  return {
    signal: safe`explained-by-its-place`,
    family: "cluster-explained",
    points: -Math.round(points / 2),
    because: safe`${source.object} fails, and its victims look like this`,
    evidenceIds: shown.evidenceIds,
  };
}
