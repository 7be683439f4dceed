import type { Safe } from "../../safe.ts";
import type { FailureCategory, Meaning } from "../meaning.ts";

/**
 * When a shape makes a record a failure: at any severity; when the line is marked as a warning or worse; or never by
 * itself, so that it only names the category of a line that has failed for another reason.
 */
export type Counts = "always" | "warned" | "refines";

export interface ShapeExtra {
  readonly intent?: Meaning["intent"];
  readonly impact?: Meaning["impact"];
  readonly counts?: Counts;
  /** In place of the actions of the category; a check that only reads comes first. */
  readonly actions?: readonly Safe[];
}

/** Category, the signs that mean the same (apart by a space; phrases by "|"), and what they say to a person. */
export type ShapeRow = readonly [category: FailureCategory, signs: string, because: Safe, extra?: ShapeExtra];

/** Where a plain number or word must stand to be a code; see contexts.ts. */
export type ContextName =
  | "sqlstate"
  | "mysql"
  | "sql-server"
  | "errno"
  | "http"
  | "grpc"
  | "envoy"
  | "exit"
  | "kubernetes"
  | "dns"
  | "tls-alert"
  | "mongo"
  | "amqp"
  | "redis";

/** Well-known errors of one system. All of it is data: docs/error-shapes.md is printed from it. */
export interface ShapeFamily {
  /** A heading: "PostgreSQL". */
  readonly name: string;
  /**
   * How a sign is told from other text: "word" is the exact spelling of a whole word, "phrase" the words in any case, and
   * a context is the exact spelling where a code of this system stands.
   */
  readonly found: "word" | "phrase" | ContextName;
  readonly counts: Counts;
  /** A text in which the sign is found, with `{}` in its place. */
  readonly example: string;
  readonly rows: readonly ShapeRow[];
}
