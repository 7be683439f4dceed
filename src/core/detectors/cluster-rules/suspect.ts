import type { CauseKind } from "../../analysis.ts";
import type { EpochMs, EventId } from "../../ids.ts";
import { own, ownWords, type Safe, safe } from "../../safe.ts";
import type { Finding } from "../finding.ts";

/** What is declared cannot work: one in about ten thousand working objects would look like this, e^-9. */
export const CONTRADICTION = 900;
/** The failure itself was seen at the very object: an event, a refused connection, a log line. */
export const WITNESSED = 400;
/** Unusual, but it can work: one in about ten working objects looks like this. */
export const ODD = 230;

/** Untidy, but harmless by itself: one in four clusters carries such a leftover. Not enough to accuse anybody. */
export const LEFTOVER = 140;

/** One reason of a rule. Facts of one family see the same thing, so only the best of them counts. */
export interface Fact {
  readonly signal: string;
  readonly family: "declared" | "reported" | "effect" | "spread";
  readonly points: number;
  readonly because: Safe;
  readonly ids: readonly EventId[];
}

/** What a rule suspects, before it is a finding. */
export interface Suspicion {
  readonly service: Safe | null;
  readonly kind: CauseKind;
  readonly detail: Safe;
  readonly object: Safe;
  readonly summary: Safe;
  readonly facts: readonly Fact[];
  readonly nextChecks: readonly Safe[];
  readonly firstAtMs?: EpochMs | null;
}

/** A finding that stands for itself: state is what is now, so it lasts. Suspects of one service with other details stay apart. */
export function suspect({ facts, firstAtMs, ...claim }: Suspicion): Finding {
  return {
    ...claim,
    changeId: null,
    // Two nodes may fail alike, and neither has a service.
    grain: claim.service === null ? safe`${claim.object} ${claim.detail}` : claim.detail,
    firstAtMs: firstAtMs ?? null,
    isActive: true,
    reasons: facts.map(({ signal, family, points, because, ids }) => ({
      signal: ownWords(own(signal)),
      family: `cluster-${family}`,
      points,
      because,
      evidenceIds: ids,
    })),
  };
}

/** "kubectl … <Kind>/<name> -n <namespace>", a command that only reads. */
export function kubectl(verb: "get" | "describe" | "logs", object: Safe, namespace: Safe | null): Safe {
  const where = namespace === null ? safe`` : safe` -n ${namespace}`;
  return safe`kubectl ${ownWords(own(verb))} ${object}${where}`;
}

/** At most `limit` names, "a, b and 3 more". */
export function some(names: readonly Safe[], limit = 3): Safe {
  const shown = names
    .slice(0, limit)
    .reduce<Safe>((text, name) => (text === "" ? name : safe`${text}, ${name}`), safe``);
  const rest = names.length - limit;
  return rest > 0 ? safe`${shown} and ${rest} more` : shown;
}
