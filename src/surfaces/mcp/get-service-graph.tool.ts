import { z } from "zod";
import type { Dependencies } from "../../app/dependencies.ts";
import { neighbourhoodSentences, unknownServiceWords } from "../../core/graph/edge-words.ts";
import { failureShare, flatten, limited, MAX_DEPTH, type Neighbour } from "../../core/graph/neighbourhood.ts";
import { isoTime } from "../../core/time.ts";
import { defineTool, READS_ONLY } from "./define.ts";
import { UNTRUSTED_NOTICE, untrusted } from "./untrusted.ts";

/** Of each side; the failing and busiest come first, what is left out is counted. */
const MAX_SHOWN = 50;
/** The text form has little room: a sentence takes about 100 characters. */
const MAX_SAID = 15;

const Call = z.object({
  service: z.string(),
  step: z.int().describe("1 = direct; 2 and 3 = through others"),
  caller: z.string(),
  callee: z.string(),
  origin: z
    .enum(["trace", "peer", "log", "given", "incident", "mention"])
    .describe(
      "How the call is known, best first: spans of both sides, a client span's peer, ids that logs share, a given topology, an incident, a text",
    ),
  calls: z.int().describe("Calls that were seen; for given, incident and mention records that show the call"),
  failures: z.int().nullable().describe("Null = not counted, which is not the same as none failed"),
  failureShare: z.number().nullable().describe("0 to 1; null where failures were not counted"),
  firstAt: z.string().nullable().describe("ISO 8601, UTC"),
  lastAt: z.string().nullable(),
});

const Output = z.object({
  notice: z.string(),
  service: z.string(),
  isKnown: z.boolean().describe("False = nothing is known about this name, which is not the same as no calls"),
  near: z.array(z.string()).describe("Known names like it, for a name that is not known"),
  callers: z.array(Call),
  callees: z.array(Call),
  hidden: z.object({ callers: z.int(), callees: z.int() }).describe("How many more there are on each side"),
});

/** Who calls a service and whom it calls, in the words of `traceops graph`. */
export const getServiceGraph = defineTool({
  title: "Get the calls around a service",
  description:
    "Who calls a service and whom it calls, as seen in traces, logs and incidents of the last 30 days: counts, failed share and last sight of each call. Use it to see who suffers from a change and whom a service depends on.",
  hints: READS_ONLY,
  input: z.object({
    service: z.string().min(1).max(200).describe("Its name as incidents and traces show it"),
    depth: z.int().min(1).max(MAX_DEPTH).default(1).describe("How many calls away to look"),
  }),
  output: Output,
  run: async ({ verbs, redactor }, actor, { service, depth }) => {
    const found = await verbs.dependencies(actor, redactor.text(service), { depth });
    return { kind: "answer", structured: structured(found), text: untrusted(inShort(found)) };
  },
});

function structured({ service, isKnown, near, around }: Dependencies): z.infer<typeof Output> {
  const { callers, callees, hidden } = limited(around, MAX_SHOWN);
  return {
    notice: UNTRUSTED_NOTICE,
    service,
    isKnown,
    near: [...near],
    callers: flatten(callers).map(callOf),
    callees: flatten(callees).map(callOf),
    hidden,
  };
}

function callOf({ service, step, edge }: Neighbour): z.infer<typeof Call> {
  const { caller, callee, origin, calls, failures, firstMs, lastMs } = edge;
  return {
    service,
    step,
    caller,
    callee,
    origin,
    calls,
    failures,
    failureShare: failureShare(edge),
    firstAt: firstMs === null ? null : isoTime(firstMs),
    lastAt: lastMs === null ? null : isoTime(lastMs),
  };
}

function inShort({ service, isKnown, near, around }: Dependencies): string {
  if (!isKnown) return unknownServiceWords(service, near);
  return neighbourhoodSentences(limited(around, MAX_SAID)).join("\n");
}
