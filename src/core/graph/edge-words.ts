import { counted, grouped, literal } from "../presentation/words.ts";
import { cutSafe, joinSafe, own, ownWords, type Safe, safe } from "../safe.ts";
import { isoTime } from "../time.ts";
import { type EdgeOrigin, isCounted, type KnownEdge } from "./known-edge.ts";
import { failureShare, flatten, type Neighbour, type Neighbourhood } from "./neighbourhood.ts";

const MAX_NAME = 80;

const ORIGIN: Readonly<Record<EdgeOrigin, string>> = {
  trace: "seen in traces",
  peer: "named by the caller's spans",
  log: "from ids that logs share",
  given: "from the given topology",
  incident: "seen in an incident",
  mention: "named in logs",
};

/** How this call is known. */
export function originWords(origin: EdgeOrigin): Safe {
  return literal(ORIGIN[origin]);
}

/** "1,204 calls", "97 records": what was counted. */
export function countWords(edge: Pick<KnownEdge, "origin" | "calls">): Safe {
  return safe`${grouped(edge.calls)} ${unitWords(edge)}`;
}

/** "calls", or "records" where no calls were counted. */
export function unitWords({ origin, calls }: Pick<KnownEdge, "origin" | "calls">): Safe {
  const [one, many] = isCounted(origin) ? ["call", "calls"] : ["record", "records"];
  return literal(calls === 1 ? one : many);
}

/** "none failed", "0.4 % failed", "98 % failed"; null when nobody counted failures. */
export function failureWords(edge: KnownEdge): Safe | null {
  const share = failureShare(edge);
  if (share === null) return null;
  if (share === 0) return literal("none failed");
  const percent = share * 100;
  if (percent < 0.1) return literal("under 0.1 % failed");
  const shown = percent < 10 ? percent.toFixed(1).replace(/\.0$/u, "") : String(Math.min(Math.floor(percent), 100));
  return literal(`${shown} % failed`);
}

/** "2026-11-21 01:44 UTC"; null when no call has a time. */
export function lastSeenWords({ lastMs }: Pick<KnownEdge, "lastMs">): Safe | null {
  if (lastMs === null) return null;
  return ownWords(own(`${isoTime(lastMs).slice(0, 16).replace("T", " ")} UTC`));
}

/** Both directions as sentences, for people who hear instead of see and for pipes. One sentence each. */
export function neighbourhoodSentences({ service, callers, callees, hidden }: Neighbourhood): readonly Safe[] {
  const name = cutSafe(service, MAX_NAME);
  return [
    safe`${name} is called by ${direct(callers, hidden.callers, literal("by "))}.`,
    ...flatten(callers).map((one) => edgeSentence(one.edge)),
    ...more(hidden.callers, literal("callers")),
    safe`${name} calls ${direct(callees, hidden.callees)}.`,
    ...flatten(callees).map((one) => edgeSentence(one.edge)),
    ...more(hidden.callees, literal("called services")),
  ];
}

function direct(neighbours: readonly Neighbour[], hidden: number, by: Safe = safe``): Safe {
  if (neighbours.length === 0) return literal("nobody, as far as it was seen");
  const further = flatten(neighbours).length - neighbours.length + hidden;
  const rest = further > 0 ? safe`, and through others ${by}${further} more` : safe``;
  return safe`${counted(neighbours.length, "service", "services")}${rest}`;
}

/** "web calls checkout: 1,204 calls, none failed, last seen 2026-11-21 01:44 UTC, seen in traces." */
export function edgeSentence(edge: KnownEdge): Safe {
  const seen = lastSeenWords(edge);
  const facts = [
    ...(edge.calls > 0 ? [countWords(edge)] : []),
    ...present(failureWords(edge)),
    ...(seen === null ? [] : [safe`last seen ${seen}`]),
    originWords(edge.origin),
  ];
  return safe`${cutSafe(edge.caller, MAX_NAME)} calls ${cutSafe(edge.callee, MAX_NAME)}: ${joinSafe(facts, ", ")}.`;
}

function more(hidden: number, what: Safe): readonly Safe[] {
  return hidden > 0 ? [safe`And ${hidden} more ${what}.`] : [];
}

function present(words: Safe | null): readonly Safe[] {
  return words === null ? [] : [words];
}

/** What to say of a name that no edge has. */
export function unknownServiceWords(service: Safe, near: readonly Safe[]): Safe {
  const name = cutSafe(service, MAX_NAME);
  const start = safe`Nothing is known about ${name}: no call that was seen names it, which is not the same as no calls.`;
  if (near.length === 0) return start;
  return safe`${start} Known names like it: ${joinSafe(
    near.map((one) => cutSafe(one, MAX_NAME)),
    ", ",
  )}.`;
}
