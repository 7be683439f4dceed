import type { Engine } from "../app/engine.ts";
import { analyze } from "../core/analyze.ts";
import { learn } from "../core/learning/learn.ts";
import { draftPostmortem } from "../core/postmortem/draft.ts";
import { describeChangeOfMind } from "../core/presentation/change-of-mind.ts";

/** The thinking half of the product, on this thread. */
export const engine: Engine = { analyze, learn, changeOfMind: describeChangeOfMind, draftPostmortem };
