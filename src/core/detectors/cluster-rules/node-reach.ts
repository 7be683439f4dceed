import { type Safe, safe } from "../../safe.ts";
import { compareNames } from "../cluster/read.ts";
import type { ClusterState } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { type Reached, reached } from "./connectivity.ts";
import { ODD, some, suspect, WITNESSED } from "./suspect.ts";

/** One Service may fail from one node by chance; more do not. */
const LEAST_SERVICES = 2;

/** Nodes from which Services cannot be reached that answer from every other node: their service addresses do not work. */
export function nodeReach(state: ClusterState): readonly Finding[] {
  const tries = state.services.map((service) => ({ service, tries: reached(state, service) }));
  const blind = tries.flatMap(({ service, tries: each }) => {
    const node = onlyBlindNode(each);
    return node === null ? [] : [{ node, name: service.name, ids: each.failedIds }];
  });
  return [...Map.groupBy(blind, ({ node }) => node)]
    .filter(([, all]) => all.length >= LEAST_SERVICES)
    .toSorted(([a], [b]) => compareNames(a, b))
    .map(([node, all]) => {
      const names = all.map(({ name }) => name);
      return suspect({
        service: null,
        kind: "infrastructure",
        detail: safe`kube-proxy-unavailable`,
        object: safe`Node/${node}`,
        summary: safe`from node ${node} ${names.length} Services cannot be reached that answer from every other node`,
        facts: [
          {
            signal: "unreachable-from-one-node",
            family: "effect",
            points: WITNESSED + 2 * ODD,
            because: safe`${some(names)} fail from ${node} alone`,
            ids: all.flatMap(({ ids }) => ids).slice(0, 5),
          },
        ],
        nextChecks: [safe`systemctl status kube-proxy (on ${node})`, safe`kubectl get pods -n kube-system -o wide`],
      });
    });
}

/** The one node from which all tries failed, when tries from at least two others worked. */
function onlyBlindNode({ failedFrom, okFrom }: Reached): Safe | null {
  const [failed, ok] = [new Set(failedFrom), new Set(okFrom)];
  const [only] = failed;
  return failed.size === 1 && only !== undefined && ok.size > 1 && !ok.has(only) ? only : null;
}
