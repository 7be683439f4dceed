import type { Safe } from "../safe.ts";
import type { FailureCategory, Meaning } from "./meaning.ts";

/** What a sign in the text of a record says, whichever rule or shape found it. */
export interface Sign {
  readonly category: FailureCategory;
  readonly because: Safe;
  readonly intent?: Meaning["intent"];
  readonly impact?: Meaning["impact"];
  /** In place of the actions of the category. */
  readonly actions?: readonly Safe[];
}

/** One sign in the text of a record, and what it says. Rules are data: the first that matches speaks. */
export interface Rule extends Sign {
  readonly pattern: RegExp;
  /** True when the words mean failure even in a line marked INFO; else the line itself must be marked as a warning or worse. */
  readonly isStrong: boolean;
}
