import type { z } from "zod";
import type { Actor } from "../../app/actor.ts";
import type { Redactor } from "../../app/redactor.ts";
import type { Verbs } from "../../app/verbs.ts";

/** What an agent host is told about a tool's effects. All fields are required: a tool cannot forget to say that it writes. */
export interface ToolHints {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

/** Looks at what is stored; changes nothing and asks nobody outside. */
export const READS_ONLY: ToolHints = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** Fixed texts: what went wrong inside is never told to a model, it may carry foreign words. */
export const TOOL_ERRORS = {
  "not-found": "There is no such incident. Call list_incidents for the ids.",
  "not-analysed-yet": "The first look at this incident is still running. Ask again in a few seconds.",
  forbidden: "This token may not read that. An administrator can change its scopes.",
  unavailable: "TraceOps could not read its records right now. Try again in a minute.",
} as const;

/** What a tool asks, and what makes a name that an agent gives safe to ask for. */
export interface ToolDeps {
  readonly verbs: Verbs;
  readonly redactor: Pick<Redactor, "text">;
}

export type ToolError = keyof typeof TOOL_ERRORS;

export type ToolAnswer<Output> =
  | { readonly kind: "answer"; readonly structured: Output /** The same in a few lines. */; readonly text: string }
  | { readonly kind: "error"; readonly error: ToolError };

export interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly title: string;
  readonly description: string;
  readonly hints: ToolHints;
  readonly input: Input;
  readonly output: Output;
  readonly run: (deps: ToolDeps, actor: Actor, input: z.infer<Input>) => Promise<ToolAnswer<z.infer<Output>>>;
}

export interface RegisteredTool {
  readonly title: string;
  readonly description: string;
  readonly hints: ToolHints;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  /** Throws `ZodError` on input of the wrong shape. */
  readonly run: (
    deps: ToolDeps,
    actor: Actor,
    input: unknown,
  ) => Promise<ToolAnswer<Readonly<Record<string, unknown>>>>;
}

/** Keeps the types of input and output inside the tool's file, then forgets them so that all tools fit one registry. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: ToolDefinition<Input, Output>,
): RegisteredTool {
  const { title, description, hints, input, output, run } = definition;
  return {
    title,
    description,
    hints,
    input,
    output,
    run: (deps, actor, given) => run(deps, actor, input.parse(given)),
  };
}
