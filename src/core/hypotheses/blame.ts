import type { Safe } from "../safe.ts";
import type { Observations, Symptom } from "../timeline/observations.ts";
import { isComplaint } from "./cause-kinds.ts";
import { isOutsideHost, peerHost, serviceBehind } from "./peers.ts";

/** Whom a failure complains about. */
export interface Blame {
  /** A service whose records we know, a store or host of our own that tells nothing, or somebody else's host. */
  readonly kind: "service" | "inside" | "outside";
  readonly name: Safe;
  /** True when the text names the peer; false when only the graph points to it. */
  readonly named: boolean;
}

// A callee's own failure may be logged a little after its caller's complaint: requests end inside out, logs are flushed late.
const LATE_CALLEE_MS = 30_000;

/** Whom a symptom complains about; null when the failure is the service's own or nobody can be named. */
export function blameOf(symptom: Symptom, all: readonly Symptom[], observations: Observations): Blame | null {
  if (!isComplaint(symptom.meaning.category)) return null;
  const named = namedPeer(symptom, observations.services);
  if (named !== null && !isPrivateAddress(named.name)) return named;
  // A pod's address names nobody: the service beside it in the text, or the callee that fails, says more.
  return serviceInText(symptom, observations) ?? failingCallee(symptom, all, observations) ?? named;
}

function namedPeer({ service, meaning }: Symptom, services: readonly Safe[]): Blame | null {
  const peer = meaning.peer === null ? null : peerHost(meaning.peer);
  if (peer === null) return null;
  const known = serviceBehind(peer.host, services);
  if (known !== null) return known === service ? null : { kind: "service", name: known, named: true };
  if (/^(?:localhost|127\.|0\.0\.0\.0|\[?::1)/u.test(peer.host)) return null;
  return { kind: isOutsideHost(peer) ? "outside" : "inside", name: peer.host, named: true };
}

const PRIVATE_ADDRESS = /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[?f[cde])/iu;

function isPrivateAddress(host: string): boolean {
  return PRIVATE_ADDRESS.test(host) && /^[\d.:a-f[\]]+$/iu.test(host);
}

/** The one known service that the text names: a callee of the graph, or one that stands where a callee stands in a sentence. */
function serviceInText({ service, template }: Symptom, { services, graph }: Observations): Blame | null {
  const text = template.toLowerCase();
  const callees = new Set(graph.calleesOf(service));
  const named = services.filter((name) => name !== service && isNamedIn(text, name.toLowerCase(), callees.has(name)));
  const [only, another] = named;
  return only === undefined || another !== undefined ? null : { kind: "service", name: only, named: true };
}

const BEFORE_A_CALLEE =
  /(?:^|\b(?:to|with|from|by|via|call|calling)\s|(?:backend|upstream|cluster|peer|service|target)[=: ]\s?)$/u;

function isNamedIn(text: string, name: string, isCallee: boolean): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const isWord = !/[\w-]/u.test(text.charAt(at - 1)) && !/[\w-]/u.test(text.charAt(at + name.length));
    if (isWord && (isCallee || BEFORE_A_CALLEE.test(text.slice(Math.max(0, at - 20), at)))) return true;
  }
  return false;
}

/** Without a name in the text: the callee that failed first, when exactly the graph says that it is called. */
function failingCallee(symptom: Symptom, all: readonly Symptom[], { graph }: Observations): Blame | null {
  const callees = new Set(graph.calleesOf(symptom.service));
  const first = all
    .filter(({ service, firstAtMs }) => callees.has(service) && firstAtMs <= symptom.firstAtMs + LATE_CALLEE_MS)
    .toSorted((a, b) => a.firstAtMs - b.firstAtMs || (a.id < b.id ? -1 : 1))[0];
  return first === undefined ? null : { kind: "service", name: first.service, named: false };
}
