import { type Safe, safe, sliceSafe } from "../../safe.ts";
import { compareNames, nameText, numberAt, quantity, textAt, textsByName } from "../cluster/read.ts";
import type { ClusterEvent, ClusterObject, ClusterState, Workload } from "../cluster/state.ts";
import type { Finding } from "../finding.ts";
import { type QuotaBlame, quotaDetail } from "./quota-detail.ts";
import { CONTRADICTION, type Fact, kubectl, some, suspect, WITNESSED } from "./suspect.ts";

/** Workloads whose pods the API server refuses to create: used-up quotas of a namespace, and service accounts that do not exist. */
export function admission(state: ClusterState): readonly Finding[] {
  const refused = state.workloads
    .filter(isMissingPods)
    .map((workload) => ({ workload, refusal: refusalOf(workload, state) }));
  const blames = refused.flatMap(({ workload, refusal }) => (refusal === null ? [] : quotaBlames(workload, refusal)));
  return [...quotaFindings(blames, state), ...refused.flatMap((each) => accountFinding(each, state))];
}

/** Fewer pods exist than are asked for, by all or by the newest template. Pods that exist but do not run are another matter. */
function isMissingPods({ desired, pods, replicaSets }: Workload): boolean {
  if (desired === null) return false;
  return pods.filter(({ isTerminating }) => !isTerminating).length < desired || replicaSets.some(isShort);
}

function isShort({ manifest }: ClusterObject): boolean {
  const [wanted, current] = [numberAt(manifest, "spec", "replicas"), numberAt(manifest, "status", "replicas")];
  return wanted !== null && current !== null && current < wanted;
}

/** The newest refusal of the controller that makes the pods; the start-up's refusals are older than the pods they delayed. */
function refusalOf(workload: Workload, state: ClusterState): ClusterEvent | null {
  const short = workload.replicaSets.filter(isShort);
  const makers = [workload, ...(short.length > 0 ? short : workload.replicaSets.slice(0, 1))];
  const events = makers.flatMap(({ object }) =>
    state.eventsOf(object).filter(({ reason }) => reason === "FailedCreate"),
  );
  return events.toSorted((a, b) => b.atMs - a.atMs || b.count - a.count || compareNames(a.id, b.id))[0] ?? null;
}

/** "exceeded quota: small, requested: requests.cpu=2,pods=1, used: requests.cpu=9, limited: requests.cpu=10" */
const EXCEEDED = /exceeded quota: (?<quota>[^,\s]+), requested: (?<requested>\S+), used: \S+, limited: \S+/u;

function quotaBlames(workload: Workload, refusal: ClusterEvent): readonly QuotaBlame[] {
  const match = EXCEEDED.exec(refusal.note);
  const [quota, requested] = [match?.groups?.["quota"], match?.groups?.["requested"]];
  if (quota === undefined || requested === undefined) return [];
  const resources = requested.split(",").map((each) => each.split("=")[0] ?? "");
  return [{ workload, refusal, quota, resources }];
}

/** One finding for each quota that refuses: the namespace is at fault, the refused workloads are its victims. */
function quotaFindings(blames: readonly QuotaBlame[], state: ClusterState): readonly Finding[] {
  const groups = Map.groupBy(blames, ({ workload, quota }) => [workload.namespace ?? "", quota].join("\u0000"));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const namespace = first?.workload.namespace ?? null;
    if (first === undefined || namespace === null) return [];
    const detail = quotaDetail(first.resources) ?? safe`namespace-quota-exceeded`;
    const quota = state.find("ResourceQuota", first.quota, namespace);
    const victims = group.map(({ workload }) => workload.object);
    return [
      suspect({
        service: null,
        kind: "resource-exhaustion",
        detail,
        object: safe`Namespace/${namespace}`,
        summary: safe`Namespace ${namespace} has used up its quota (${usedUp(quota, first)}), so no pod of ${some(victims)} is created`,
        facts: [...refusals(group), ...fullQuota(quota, first)],
        nextChecks: [
          safe`kubectl describe resourcequota -n ${namespace}`,
          kubectl("describe", first.workload.object, namespace),
        ],
      }),
    ];
  });
}

function refusals(group: readonly QuotaBlame[]): readonly Fact[] {
  return group.slice(0, 3).map(({ workload, refusal }) => ({
    signal: "pod-refused-by-quota",
    family: "declared",
    points: CONTRADICTION + WITNESSED,
    because: safe`the API server refuses the pods of ${workload.object}: ${afterForbidden(refusal.note)}`,
    ids: [refusal.id, workload.id],
  }));
}

function afterForbidden(note: Safe): Safe {
  const from = note.indexOf("exceeded quota");
  return from < 0 ? note : sliceSafe(note, from);
}

/** The quota's own numbers say the same, from another record. */
function fullQuota(quota: ClusterObject | null, blame: QuotaBlame): readonly Fact[] {
  if (quota === null || usage(quota, blame).length === 0) return [];
  const because = safe`the quota says so itself: ${usedUp(quota, blame)}`;
  return [{ signal: "quota-is-full", family: "reported", points: WITNESSED, because, ids: [quota.id] }];
}

function usedUp(quota: ClusterObject | null, blame: QuotaBlame): Safe {
  const found = quota === null ? [] : usage(quota, blame);
  const shown = found.reduce<Safe>((text, each) => (text === "" ? each : safe`${text}, ${each}`), safe``);
  return shown === "" ? afterForbidden(blame.refusal.note) : shown;
}

/** "requests.cpu 10 of 10" for every refused resource. */
function usage(quota: ClusterObject, { resources }: QuotaBlame): readonly Safe[] {
  const hard = textsByName(quota.manifest, "spec", "hard");
  return [...hard].flatMap(([name, limit]) => {
    const used = textAt(quota.manifest, "status", "used", name);
    if (!resources.includes(name) || used === null || quantity(limit) === null) return [];
    return [safe`${nameText(name)} ${used} of ${limit}`];
  });
}

const NO_ACCOUNT = /service ?account "(?<name>[^"\s]+)" not found/iu;

interface Refused {
  readonly workload: Workload;
  readonly refusal: ClusterEvent | null;
}

/** A refusal for want of an account counts while pods are missing and the account is; at start-up it only comes late. */
function accountFinding({ workload, refusal }: Refused, state: ClusterState): readonly Finding[] {
  const { namespace } = workload;
  const account = textAt(workload.podSpec, "serviceAccountName");
  if (account === null || exists(account, namespace, state)) return [];
  const told = refusal !== null && NO_ACCOUNT.exec(refusal.note)?.groups?.["name"] === account ? refusal : null;
  const facts = [...accountRefused(told), ...accountAbsent(account, { workload, state })];
  if (facts.length === 0) return [];
  return [
    suspect({
      service: workload.service,
      kind: "configuration",
      detail: safe`missing-service-account`,
      object: workload.object,
      summary: safe`${workload.object} names the service account ${account}, which does not exist, so no pod of it is created`,
      facts,
      nextChecks: [
        safe`kubectl get serviceaccounts -n ${namespace ?? safe`default`}`,
        kubectl("describe", workload.object, namespace),
      ],
    }),
  ];
}

function accountRefused(refusal: ClusterEvent | null): readonly Fact[] {
  if (refusal === null) return [];
  const because = safe`the API server refuses the pods (×${refusal.count}): ${refusal.note}`;
  return [
    { signal: "pod-refused-without-account", family: "reported", points: CONTRADICTION, because, ids: [refusal.id] },
  ];
}

function accountAbsent(
  account: Safe,
  { workload, state }: { readonly workload: Workload; readonly state: ClusterState },
): readonly Fact[] {
  if (!state.wasListed("ServiceAccount", workload.namespace)) return [];
  const because = safe`${workload.object} names the service account ${account}, which is not among those of its namespace`;
  return [
    { signal: "service-account-is-missing", family: "declared", points: CONTRADICTION, because, ids: [workload.id] },
  ];
}

function exists(name: Safe, namespace: Safe | null, state: ClusterState): boolean {
  return state.find("ServiceAccount", name, namespace) !== null;
}
