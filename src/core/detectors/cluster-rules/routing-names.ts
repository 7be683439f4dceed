import type { LogEvent } from "../../event.ts";
import { type Safe, safe } from "../../safe.ts";
import type { Observed } from "../../timeline/observations.ts";
import { textAt, textsAt } from "../cluster/read.ts";
import type { ClusterState, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { looksLike } from "./likeness.ts";
import { linesBy } from "./log-lines.ts";
import { type Fact, kubectl, ODD, some, suspect, WITNESSED } from "./suspect.ts";

const UNRESOLVED =
  /UnknownHostException|temporary failure in name resolution|no such host|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|name or service not known|name does not resolve|nodename nor servname provided|name resolution failed|could not resolve host|DNS resolution failed|lookup \S+ on \S+: (?:read|dial|i\/o timeout|server misbehaving)/iu;
const MAX_CITED = 3;

type Lines = readonly Observed<LogEvent>[];

/** Workloads that cannot resolve the names of Services that do exist: the resolver that they are told to ask does not know them. */
export function routingNames(state: ClusterState): readonly Finding[] {
  const lines = linesBy(state, UNRESOLVED);
  return state.workloads.flatMap((workload) => {
    const own = lines.get(workload.service) ?? [];
    const resolver = ownResolver(workload);
    const isUnwell = workload.pods.some(({ isReady, isTerminating }) => !isReady && !isTerminating);
    // While a system starts, names fail for a moment: only who is still unwell, or asks a resolver of its own, counts.
    if (own.length === 0 || !(isUnwell || resolver !== null)) return [];
    const exists = existingNames(workload, { state, texts: own.map(({ event }) => event.body) });
    if (exists.length === 0 && resolver === null) return strangers(workload, own, state);
    return [
      toFinding(workload, {
        resolver,
        exists,
        count: own.length,
        ids: own.slice(-MAX_CITED).map(({ event }) => event.id),
      }),
    ];
  });
}

/** The name that a failing line could not resolve. */
const NAME =
  /(?:UnknownHostException:?|lookup|getaddrinfo \w+|resolve host(?:name)?:?|resolution failed for|resolve)[\s"':]+(?<name>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)/iu;

/** Names that do not exist but read like one that does: whoever set them mistyped, wherever they come from. */
function strangers(workload: Workload, lines: Lines, state: ClusterState): readonly Finding[] {
  const { namespace } = workload;
  if (!state.wasListed("Service", namespace)) return [];
  const names = state.services.filter((each) => each.namespace === namespace).map(({ name }) => name);
  const slips = lines.flatMap(({ event }) => {
    const said = NAME.exec(event.body)?.groups?.["name"]?.split(".")[0];
    const meant =
      said === undefined || names.some((name) => name === said)
        ? undefined
        : names.find((name) => looksLike(said, name));
    return meant === undefined ? [] : [{ meant, id: event.id }];
  });
  const [first] = slips;
  if (first === undefined) return [];
  const because = safe`its log says ${slips.length} times that a name like ${first.meant}, but not this one, cannot be resolved`;
  return [
    suspect({
      service: workload.service,
      kind: "configuration",
      detail: safe`service-env-var-address-mismatch`,
      object: workload.object,
      summary: safe`${workload.object} calls a name that does not exist; Service ${first.meant} may be meant`,
      facts: [
        {
          signal: "logs-name-it",
          family: "effect",
          points: WITNESSED + 2 * ODD,
          because,
          ids: slips.slice(-MAX_CITED).map(({ id }) => id),
        },
      ],
      nextChecks: [kubectl("describe", workload.object, namespace), kubectl("get", safe`services`, namespace)],
    }),
  ];
}

interface Unresolved {
  readonly resolver: Safe | null;
  readonly exists: readonly Safe[];
  readonly count: number;
  readonly ids: Fact["ids"];
}

/** How it departs from the cluster's own name service; null when it does not. */
function ownResolver({ podSpec }: Workload): Safe | null {
  const policy = textAt(podSpec, "dnsPolicy");
  const servers = textsAt(podSpec, "dnsConfig", "nameservers");
  if (policy !== "None" && policy !== "Default") return null;
  return servers.length === 0 ? safe`dnsPolicy ${policy}` : safe`dnsPolicy ${policy} with nameserver ${some(servers)}`;
}

/** Services of its namespace that the failing lines name. */
function existingNames(
  { namespace }: Workload,
  { state, texts }: { readonly state: ClusterState; readonly texts: readonly string[] },
): readonly Safe[] {
  const words = new Set(texts.slice(-50).flatMap((text) => text.match(/[a-z0-9](?:[a-z0-9-]*[a-z0-9])?/gu) ?? []));
  return state.services.filter((each) => each.namespace === namespace && words.has(each.name)).map(({ name }) => name);
}

function toFinding(workload: Workload, { resolver, exists, count, ids }: Unresolved): Finding {
  const facts: Fact[] = [
    {
      signal: "names-do-not-resolve",
      family: "effect",
      points: WITNESSED,
      because: safe`its log says ${count} times that a name cannot be resolved`,
      ids,
    },
  ];
  if (resolver !== null)
    facts.push({
      signal: "resolver-of-its-own",
      family: "declared",
      points: 3 * ODD,
      because: safe`it does not ask the cluster's name service: ${resolver}`,
      ids: [workload.id],
    });
  if (exists.length > 0)
    facts.push({
      signal: "name-exists",
      family: "reported",
      points: ODD,
      because: safe`Service ${some(exists)} exists, so the name is right`,
      ids,
    });
  const why = resolver === null ? safe`` : safe` (${resolver})`;
  return suspect({
    service: workload.service,
    kind: "configuration",
    detail: safe`service-dns-resolution-failure`,
    object: workload.object,
    summary: safe`${workload.object} cannot resolve names inside the cluster${why}`,
    facts,
    nextChecks: [
      kubectl("describe", workload.object, workload.namespace),
      safe`kubectl get pods -n kube-system -l k8s-app=kube-dns`,
    ],
  });
}
