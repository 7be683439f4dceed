import type { Safe } from "../../safe.ts";
import type { Alarm, CallAlarm, Storm } from "./read-storm.ts";

/** A pod that is not heard to make the calls that its siblings make: what stops early calls nobody. */
export interface Silence {
  readonly pod: Safe;
  /** How surprising that is, in nats. */
  readonly nats: number;
  /** The siblings' calls. */
  readonly calls: readonly CallAlarm[];
  readonly siblings: number;
}

/** One more replica that is silent for the same reason is no stronger proof than this. */
const MAX_SILENCE = 4;

/** Alerts on the word of callers: pods whose callers fail although the calls that they make themselves do not. */
export function complaints({ calls, pods }: Storm): readonly Alarm[] {
  const failing = new Set(calls.flatMap(({ caller, hasFailed }) => (hasFailed ? [caller] : [])));
  const callers = new Map<Safe, Set<Safe>>();
  for (const { caller, calleeService } of calls) {
    callers.set(calleeService, (callers.get(calleeService) ?? new Set()).add(caller));
  }
  return [...Map.groupBy(calls, ({ callee }) => callee)].flatMap(([name, told]) => {
    const first = told.find(({ hasFailed }) => hasFailed);
    if (first === undefined || failing.has(name) || !pods.has(name)) return [];
    const ways = Map.groupBy(told, ({ caller, hasFailed }) => `${caller}\u0000${hasFailed}`);
    const sum = [...ways.values()].reduce((all, [earliest]) => all + (earliest?.weight ?? 0), 0);
    // A caller can say two things: it failed, it was slow. Who hears both from all its callers shows all there is.
    const weight = sum / (2 * (callers.get(first.calleeService)?.size ?? 1));
    const { id, atMs } = first;
    return [{ id, atMs, level: "pod", name, kind: "failed calls up", resource: "requests", copy: 0, weight }];
  });
}

/** Pods that miss from the calls of their service, where most of the called services hear siblings only. */
export function silences({ calls, pods }: Storm): readonly Silence[] {
  const made = Map.groupBy(calls, ({ caller }) => pods.get(caller)?.service ?? null);
  const services = Map.groupBy([...pods], ([, { service }]) => service);
  return [...services].flatMap(([service, members]) => {
    const outgoing = (made.get(service) ?? []).filter(({ calleeService }) => calleeService !== service);
    if (service === null || members.length < 2 || outgoing.length === 0) return [];
    const targets = [...Map.groupBy(outgoing, ({ calleeService }) => calleeService).values()];
    return members.flatMap(([pod]) => silenceOf(pod, targets, members.length));
  });
}

function silenceOf(pod: Safe, targets: readonly (readonly CallAlarm[])[], replicas: number): readonly Silence[] {
  const unheard = targets.filter((told) => !told.some(({ caller }) => caller === pod));
  if (2 * unheard.length < targets.length) return [];
  const calls = unheard.flat();
  const distinct = new Set(calls.map(({ caller, callee, hasFailed }) => `${caller}\u0000${callee}\u0000${hasFailed}`));
  // Each of a service's pods gets its share of the work, so each call is its sibling's with this chance; and any of the
  // called services might have been the unheard one.
  const chance = (replicas - 1) / replicas;
  const nats = Math.min(MAX_SILENCE, -distinct.size * Math.log(chance) - Math.log(Math.max(replicas, targets.length)));
  return nats > 0 ? [{ pod, nats, calls, siblings: replicas - 1 }] : [];
}
