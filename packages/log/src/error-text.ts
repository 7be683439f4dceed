import { peek, peekText } from "./peek.ts";

/** An error as OpenTelemetry names its parts. */
export interface ErrorText {
  readonly type: string;
  readonly message: string;
  /** The stack of the error and below it, after "Caused by: ", those of its causes. */
  readonly stacktrace: string;
  /** "ECONNREFUSED", "23505"; left out when the error has none. */
  readonly code?: string | number;
}

const MAX_CAUSES = 5;
const MAX_STACK = 2_500;
const MAX_ALL = 8_000;
const MAX_MESSAGE = 1_000;

/** Says what an error is, with its chain of causes. Getters that throw and causes that lead back to the error do no harm. */
export function describeError(error: unknown): ErrorText {
  const type = typeOf(error);
  const cause = causeOf(error);
  const message = peekText(error, "message") ?? peekText(cause, "message") ?? "";
  const code = peek(error, "code") ?? peek(cause, "code");
  return {
    type,
    message: message.slice(0, MAX_MESSAGE),
    stacktrace: chain(error).join("\nCaused by: ").slice(0, MAX_ALL),
    ...(typeof code === "number" || (typeof code === "string" && code !== "") ? { code } : {}),
  };
}

function typeOf(error: unknown): string {
  const name = peekText(error, "name") ?? "Error";
  const made = peekText(peek(error, "constructor"), "name");
  // A class that extends Error and sets no name still says more than "Error".
  return (name === "Error" && made !== null && made !== "Object" ? made : name).slice(0, MAX_MESSAGE);
}

/** An aggregate error says little by itself; its first error stands for the cause. */
function causeOf(error: unknown): unknown {
  return peek(error, "cause") ?? peek(peek(error, "errors"), 0);
}

function chain(error: unknown): string[] {
  const seen = new Set<unknown>();
  const stacks: string[] = [];
  let current = error;
  while (current !== undefined && current !== null && !seen.has(current) && stacks.length <= MAX_CAUSES) {
    seen.add(current);
    stacks.push(stackOf(current));
    current = causeOf(current);
  }
  return stacks;
}

function stackOf(error: unknown): string {
  if (typeof error === "string") return error.slice(0, MAX_MESSAGE);
  const type = typeOf(error);
  const head = `${type}: ${peekText(error, "message") ?? ""}`;
  const stack = peekText(error, "stack");
  if (stack === null) return head.slice(0, MAX_STACK);
  return named(stack, type).slice(0, MAX_STACK);
}

/** V8 writes "Error: …" above the frames of a subclass that sets its name too late; readers look for the type there. */
function named(stack: string, type: string): string {
  return stack.startsWith("Error:") && type !== "Error" ? type + stack.slice("Error".length) : stack;
}
