import type { PersonEvent } from "../core/event.ts";
import type { SourceEvidence } from "../core/evidence.ts";
import { nsToMs } from "../core/time.ts";
import type { PersonNote } from "./ports.ts";

const SAME_MOMENT_MS = 60_000;
/** Shorter texts are only taken for the same when they are equal. */
const TELLING_LENGTH = 8;

/**
 * Evidence without what is on the incident as a note already: a sender's webhook and its log of the incident both tell
 * what a person wrote there.
 */
export function withoutToldTwice(
  gathered: readonly SourceEvidence[],
  notes: readonly PersonNote[],
): readonly SourceEvidence[] {
  const taken = notes.filter(({ actorKind }) => actorKind === "webhook");
  if (taken.length === 0) return gathered;
  return gathered.map((source) => {
    if (source.evidence.status !== "found") return source;
    // Lines come by the million: only what people said is compared.
    const events = source.evidence.events.filter(
      (event) => event.kind !== "person" || !taken.some((note) => tells(event, note)),
    );
    return events.length === source.evidence.events.length
      ? source
      : { ...source, evidence: { ...source.evidence, events } };
  });
}

function tells(event: PersonEvent, note: PersonNote): boolean {
  if (event.who !== note.who) return false;
  return Math.abs(nsToMs(event.atNs) - note.atMs) <= SAME_MOMENT_MS && isSameText(event, note);
}

/** One of the two may be shortened, or go on. */
function isSameText(event: PersonEvent, note: PersonNote): boolean {
  const [short = "", long = ""] = [event.text, note.text]
    .map((text) => text.trim().replace(/\s+/gu, " "))
    .toSorted((a, b) => a.length - b.length);
  return short === long || (short.length >= TELLING_LENGTH && long.startsWith(short.replace(/…$/u, "")));
}
