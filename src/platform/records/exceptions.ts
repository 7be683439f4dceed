import type { ExceptionInfo } from "../../core/event.ts";

const MAX_FRAMES = 20;
const MAX_LINES = 400;
const MAX_MESSAGE = 1000;

const CONTINUATION =
  /^(?:\s+\S|Caused by: |Traceback \(most recent call last\)|\.\.\. \d+ more|goroutine \d+ \[|\)|\}|\]|$)/u;
const RAISED =
  /^\s*(?:Caused by: |Uncaught |Unhandled |Exception in thread "[^"]{1,80}" )?((?:[\w$]+[./:]{1,2})*[\w$]*(?:Exception|Error|Throwable|Failure|Fault|Timeout|Interrupt|Exit|Warning))(?:: ([^\n]*))?$/u;
const PANIC = /^panic: ([^\n]*)/u;
const FRAMES: readonly RegExp[] = [
  // Java: at com.shop.Cart.add(Cart.java:42)
  /^\s*at (?<fn>[\w$.<>/@]+)\((?<file>[\w$.-]+):(?<line>\d+)\)/u,
  // Node: at add (/app/cart.js:42:7)
  /^\s*at (?:async )?(?<fn>[^()\n]{1,200}?) \((?<file>[^()\s]{1,300}):(?<line>\d+):\d+\)/u,
  // Node without a function: at /app/cart.js:42:7
  /^\s*at (?<file>[^()\s]{1,300}):(?<line>\d+):\d+/u,
  // .NET: at Shop.Cart.Add() in /src/Cart.cs:line 42
  /^\s*at (?<fn>[^\n]{1,200}?) in (?<file>[^\n]{1,300}):line (?<line>\d+)/u,
  // Python: File "/app/cart.py", line 42, in add
  /^\s*File "(?<file>[^"\n]{1,300})", line (?<line>\d+)(?:, in (?<fn>\S+))?/u,
  // Ruby: from /app/cart.rb:42:in `add'
  /^\s*(?:from )?(?<file>[^\s:]{1,300}\.rb):(?<line>\d+):in [`'](?<fn>[^']+)'/u,
  // Go: \t/src/cart.go:42 +0x1d
  /^\s+(?<file>\/[^\s:]{1,300}\.go):(?<line>\d+)/u,
];

/** Whether a text line belongs to the record before it: an indented frame, a cause, the head of a traceback. */
export function isContinuation(line: string): boolean {
  return CONTINUATION.test(line) || RAISED.test(line) || PANIC.test(line);
}

/** The exception in a joined record: its root cause, with frames innermost first. Null when there is none. */
export function exceptionIn(text: string): ExceptionInfo<string> | null {
  if (!text.includes("\n")) return null;
  const lines = text.split("\n", MAX_LINES);
  const root = lines.map(raisedIn).findLast((each) => each !== null);
  const frames = innermostFirst(lines);
  return root && frames.length > 0 ? { ...root, frames: frames.slice(0, MAX_FRAMES) } : null;
}

/** Causes are printed below what they caused. A Python traceback also prints its own innermost frame last. */
function innermostFirst(lines: readonly string[]): readonly string[] {
  const isTraceback = lines.some((line) => /^\s*File "/u.test(line));
  const blocks: string[][] = [[]];
  for (const line of lines) {
    const frame = frameIn(line);
    if (frame !== null) blocks.at(-1)?.push(frame);
    else if (raisedIn(line) !== null) blocks.push([]);
  }
  return blocks.toReversed().flatMap((frames) => (isTraceback ? frames.toReversed() : frames));
}

/** What the fields of a structured record say about an exception. */
export interface SaidException {
  readonly type: string | null;
  readonly message: string | null;
  readonly stack: string | null;
}

/** An exception from fields of a structured record. Null when there is no type. */
export function exceptionFrom(fields: SaidException): ExceptionInfo<string> | null {
  if (fields.type === null && fields.stack === null) return null;
  const read = exceptionIn(`${fields.stack ?? ""}\n`) ?? { type: null, message: "", frames: framesOf(fields.stack) };
  const type = fields.type ?? read.type;
  if (type === null) return null;
  return {
    type: type.slice(0, 200),
    message: (fields.message ?? read.message).slice(0, MAX_MESSAGE),
    frames: read.frames,
  };
}

/** The frames of a stack trace as "file:line function", in its own order, at most 20. */
export function framesOf(stack: string | null): readonly string[] {
  if (stack === null) return [];
  const frames = stack.split("\n", MAX_LINES).map(frameIn);
  return frames.filter((each) => each !== null).slice(0, MAX_FRAMES);
}

function raisedIn(line: string): { type: string; message: string } | null {
  const panic = PANIC.exec(line);
  if (panic) return { type: "panic", message: (panic[1] ?? "").slice(0, MAX_MESSAGE) };
  const match = line.length > 4000 ? null : RAISED.exec(line);
  return match?.[1] ? { type: match[1], message: (match[2] ?? "").slice(0, MAX_MESSAGE) } : null;
}

function frameIn(line: string): string | null {
  if (line.length > 1000) return null;
  for (const pattern of FRAMES) {
    const groups = pattern.exec(line)?.groups;
    if (groups) return `${groups["file"]}:${groups["line"]}${groups["fn"] ? ` ${groups["fn"]}` : ""}`;
  }
  return null;
}
