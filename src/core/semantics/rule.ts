import type { Safe } from "../safe.ts";
import type { FailureCategory, Meaning } from "./meaning.ts";

/** One sign in the text of a record, and what it says. Rules are data: the first that matches speaks. */
export interface Rule {
  readonly category: FailureCategory;
  readonly pattern: RegExp;
  readonly because: Safe;
  /** True when the words mean failure even in a line marked INFO; else the line itself must be marked as a warning or worse. */
  readonly isStrong: boolean;
  readonly intent?: Meaning["intent"];
  readonly impact?: Meaning["impact"];
}
