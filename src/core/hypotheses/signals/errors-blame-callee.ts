import { safe } from "../../safe.ts";
import { clockTime } from "../../time.ts";
import { type CaseFile, isVagueTrouble, type Trouble, troublesOf } from "../case-file.ts";
import type { Signal } from "../signal.ts";
import { errors } from "../words.ts";

const CALLEE_FAILS_TOO = -260;
const CALLEE_IS_SILENT = -200;
const CALLEE_FAILS_LATER = -180;
/** It talks and reports nothing: the complaint may be about the way there, or wrong. */
const CALLEE_SEEMS_WELL = -100;
/** However much a service also fails in words of its own, complaints excuse it at least this much. */
const LEAST_SHARE = 0.3;
/** Requests end inside out: the callee's own line may come a little after its caller's. */
const LATE_CALLEE_MS = 30_000;

export const errorsBlameCallee: Signal = {
  question: "Are its own errors complaints about a service that it calls?",
  family: "blame",
  ask({ service, kind }, file) {
    // "Its dependency fails" is what these errors say: for that claim they are no excuse.
    const ours = troublesOf(file, service).filter((trouble) => !isVagueTrouble(trouble));
    const complaints = ours.filter((trouble) => isExcuse(trouble, file));
    const [worst] = complaints.toSorted((a, b) => b.symptom.count - a.symptom.count);
    if (worst?.blames == null || service === null || kind === "third-party-outage") return [];

    const { name } = worst.blames;
    const callee = troublesOf(file, name)[0];
    const full = weightOf(worst, callee, file.heard.has(name));
    const count = countOf(complaints.filter(({ blames }) => blames?.name === name));
    const since =
      callee === undefined ? safe`` : safe`, which fails itself since ${clockTime(callee.symptom.firstAtMs)}`;
    return [
      {
        points: Math.round(full * Math.max(LEAST_SHARE, countOf(complaints) / Math.max(1, countOf(ours)))),
        because: safe`a victim: ${errors(count)} of its own are about ${name}${since}`,
        evidenceIds: [...worst.symptom.sampleIds.slice(0, 1), ...(callee?.symptom.sampleIds.slice(0, 1) ?? [])],
      },
    ];
  },
};

function weightOf({ symptom }: Trouble, callee: Trouble | undefined, isHeard: boolean): number {
  if (callee === undefined) return isHeard ? CALLEE_SEEMS_WELL : CALLEE_IS_SILENT;
  return callee.symptom.firstAtMs <= symptom.firstAtMs + LATE_CALLEE_MS ? CALLEE_FAILS_TOO : CALLEE_FAILS_LATER;
}

/** A complaint excuses when the accused fails while it lasts, tells nothing, or is at least named in the text. */
function isExcuse({ symptom, blames }: Trouble, file: CaseFile): boolean {
  if (blames === null) return false;
  const accused = troublesOf(file, blames.name);
  if (accused.length === 0) return blames.named;
  return accused.some((trouble) => trouble.symptom.firstAtMs <= symptom.lastAtMs + LATE_CALLEE_MS);
}

function countOf(troubles: readonly Trouble[]): number {
  return troubles.reduce((sum, { symptom }) => sum + symptom.count, 0);
}
