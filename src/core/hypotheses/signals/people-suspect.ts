import type { CauseKind } from "../../analysis.ts";
import { statedKindWords } from "../../corrections/apply.ts";
import type { StatedKind } from "../../corrections/correction.ts";
import type { PersonEvent } from "../../event.ts";
import { safe } from "../../safe.ts";
import type { Candidate } from "../candidates.ts";
import type { Signal, SignalHit } from "../signal.ts";

/** As much as a change of the alerted service shortly before: people see what no record shows, and they err as well. */
const KIND_POINTS = 100;
const NAMED_POINTS = 200;
const NOT_IT_POINTS = -150;

const KINDS: Readonly<Record<StatedKind, readonly CauseKind[]>> = {
  change: ["change"],
  configuration: ["config-change", "configuration", "certificate"],
  dependency: ["dependency-failure", "third-party-outage"],
  infrastructure: ["infrastructure", "scheduling", "disk", "network", "memory", "cpu"],
  load: ["resource-exhaustion", "cpu"],
  "not-an-incident": [],
  "not-known": [],
};

/** Does somebody who was asked "what was it?" suspect this one, or say that it was not this one? */
export const peopleSuspect: Signal = {
  question: "Does a person suspect this?",
  family: "people",
  ask: (candidate, { observations }) => observations.people.flatMap(({ event }) => hitsOf(candidate, event)),
};

function hitsOf(candidate: Candidate, event: PersonEvent): readonly SignalHit[] {
  const { stated, who, id } = event;
  if (stated === undefined) return [];
  const evidenceIds = [id];
  if (stated.hypothesisId === candidate.id) {
    return stated.isCause
      ? []
      : [{ points: NOT_IT_POINTS, because: safe`${who} says that it was not this`, evidenceIds }];
  }
  if (names(event, candidate)) return [{ points: NAMED_POINTS, because: safe`${who} names it`, evidenceIds }];
  if (!KINDS[stated.kind].includes(candidate.kind)) return [];
  return [{ points: KIND_POINTS, because: safe`${who} suspects ${statedKindWords(stated.kind)}`, evidenceIds }];
}

/**
 * True when the person's words hold the candidate's version or service as a word of its own. A change is not named by
 * its service alone, unless the person suspects a change: a service has many troubles.
 */
function names({ text, stated }: PersonEvent, { service, change, kind }: Candidate): boolean {
  const words = new Set(text.toLowerCase().split(/[^\p{L}\p{N}._-]+/u));
  const version = change?.event.change.version ?? null;
  const isMeantKind = stated !== undefined && KINDS[stated.kind].includes(kind);
  return [version, change === null || isMeantKind ? service : null].some(
    (name) => name !== null && name.length > 1 && words.has(name.toLowerCase()),
  );
}
