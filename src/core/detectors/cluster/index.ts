import type { Incident } from "../../incident.ts";
import type { Observations } from "../../timeline/observations.ts";
import { rules } from "../cluster-rules/registry.ts";
import { stuck } from "../cluster-rules/stuck.ts";
import { ODD } from "../cluster-rules/suspect.ts";
import type { Finding } from "../finding.ts";
import { openState } from "./open-state.ts";
import type { Rule } from "./state.ts";
import { explainVictims } from "./victims.ts";

/** More findings than this are no diagnosis; those with the strongest reason stay. */
const MAX_FINDINGS = 100;

/** What the declared and reported state of clusters says by itself: contradictions, refusals and what stands still. */
export function cluster(observations: Observations, _incident: Incident): readonly Finding[] {
  const state = openState(observations);
  if (state === null) return [];
  const exact = Object.values<Rule>(rules)
    .flatMap((rule) => rule(state))
    .filter(isWorthTelling);
  const known = new Set(exact.filter((finding) => strongest(finding) > ODD).map(({ service }) => service));
  const general = stuck(state).filter(({ service }) => !known.has(service));
  const found = explainVictims([...exact, ...general], state);
  return found.toSorted((a, b) => strongest(b) - strongest(a)).slice(0, MAX_FINDINGS);
}

/** What is untidy and works is no suspicion, unless something else was seen at the same object. */
function isWorthTelling({ reasons }: Finding): boolean {
  return reasons.length > 1 || reasons.some(({ points }) => points >= ODD);
}

function strongest({ reasons }: Finding): number {
  return reasons.reduce((most, { points }) => Math.max(most, points), 0);
}
