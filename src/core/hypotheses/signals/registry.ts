import type { Signal } from "../signal.ts";
import { accusedIsHealthy } from "./accused-is-healthy.ts";
import { blamedByCallers } from "./blamed-by-callers.ts";
import { changeAfterOnset } from "./change-after-onset.ts";
import { changeBeforeFirstError } from "./change-before-first-error.ts";
import { changeExplainsIt } from "./change-explains-it.ts";
import { diffNamesFailure } from "./diff-names-failure.ts";
import { errorsAreUsual } from "./errors-are-usual.ts";
import { errorsBlameCallee } from "./errors-blame-callee.ts";
import { explainsOtherSymptoms } from "./explains-other-symptoms.ts";
import { firstSymptomHere } from "./first-symptom-here.ts";
import { newErrorAfterChange } from "./new-error-after-change.ts";
import { noChangeNearby } from "./no-change-nearby.ts";
import { outsideHost } from "./outside-host.ts";
import { ownFailure } from "./own-failure.ts";
import { peopleSuspect } from "./people-suspect.ts";
import { quietAfterChange } from "./quiet-after-change.ts";
import { reachesTheAlert } from "./reaches-the-alert.ts";
import { recoveryAfterRollback } from "./recovery-after-rollback.ts";
import { resourceMetrics } from "./resource-metrics.ts";
import { saysMoreItself } from "./says-more-itself.ts";

/** Every question that is asked of every candidate. The key is the name that answers carry. */
export const signals = {
  "change-before-first-error": changeBeforeFirstError,
  "change-after-onset": changeAfterOnset,
  "no-change-nearby": noChangeNearby,
  "diff-names-failure": diffNamesFailure,
  "new-error-after-change": newErrorAfterChange,
  "first-symptom-here": firstSymptomHere,
  "reaches-the-alert": reachesTheAlert,
  "explains-other-symptoms": explainsOtherSymptoms,
  "change-explains-it": changeExplainsIt,
  "blamed-by-callers": blamedByCallers,
  "errors-blame-callee": errorsBlameCallee,
  "own-failure": ownFailure,
  "says-more-itself": saysMoreItself,
  "resource-metrics": resourceMetrics,
  "outside-host": outsideHost,
  "errors-are-usual": errorsAreUsual,
  "quiet-after-change": quietAfterChange,
  "accused-is-healthy": accusedIsHealthy,
  "recovery-after-rollback": recoveryAfterRollback,
  "people-suspect": peopleSuspect,
} satisfies Record<string, Signal>;

export type SignalName = keyof typeof signals;
