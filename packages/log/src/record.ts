import { DEFAULT_ENCODE_LIMITS, type EncodeLimits, Encoder } from "./encode.ts";
import { describeError } from "./error-text.ts";
import { type BoundFields, bindFields, boundText, FieldNames, type Fields, NO_FIELDS, writeFields } from "./fields.ts";
import type { Level } from "./levels.ts";
import type { Redaction } from "./redaction.ts";
import { Stamps } from "./stamps.ts";
import { activeSpan } from "./trace-context.ts";

/** Who writes the records; the same in every line. */
export interface Resource {
  readonly service: string;
  readonly version: string | null;
  readonly environment: string | null;
  readonly host: string | null;
}

/** One record before it is written. */
export interface RecordParts {
  readonly level: Level;
  readonly message: string;
  readonly tag?: string | undefined;
  readonly fields?: Fields | undefined;
  readonly error?: Error | undefined;
}

/** The surroundings of a record: what its logger carries and what `log.with` put around the call. */
export interface Surroundings {
  readonly bound: BoundFields;
  readonly context: Fields;
  readonly contextBound: BoundFields;
}

export const NO_SURROUNDINGS: Surroundings = { bound: NO_FIELDS, context: {}, contextBound: NO_FIELDS };

const MAX_MESSAGE = 4_000;
const MAX_STACK = 8_000;
const MAX_TAG = 64;
/** Receivers refuse lines of more than 64 KiB. */
const MAX_LINE_BYTES = 60_000;
const MAX_TEXT_OF_HUGE = 1_000;
const MAX_MESSAGES_KEPT = 500;
const MAX_MESSAGE_KEPT = 200;

/** Writes records as lines of NDJSON: OpenTelemetry's names, one JSON object a line. */
export class RecordWriter {
  readonly #encoder: Encoder;
  readonly #names: FieldNames;
  readonly #resource: string;
  readonly #stamps: Stamps;
  /** Most programs say few different things: those texts are checked once. */
  readonly #messages = new Map<string, string>();

  constructor(options: {
    readonly resource: Resource;
    readonly redaction: Redaction;
    readonly nowMs: () => number;
    readonly limits?: EncodeLimits | undefined;
  }) {
    this.#encoder = new Encoder(options.redaction, options.limits ?? DEFAULT_ENCODE_LIMITS);
    this.#names = new FieldNames(this.#encoder);
    this.#stamps = new Stamps(options.nowMs);
    this.#resource = this.#write(options.resource);
  }

  /** Fields to be used by many records. */
  bind(fields: Fields): BoundFields {
    return bindFields(fields, this.#names, this.#encoder);
  }

  /** One line with its newline. May throw only what a proxy throws when it is asked for its names. */
  line({ level, message, tag, fields, error }: RecordParts, around: Surroundings = NO_SURROUNDINGS): string {
    const encoder = this.#encoder;
    encoder.start();
    const said = writeFields(fields, this.#names, encoder);
    const head = HEADS[level].before + this.#stamps.next() + HEADS[level].after;
    const line =
      head +
      this.#message(message, tag) +
      (tag === undefined ? "" : `,"event.name":${encoder.text(tag, MAX_TAG)}`) +
      this.#resource +
      boundText(around.bound, around.context, fields) +
      boundText(around.contextBound, fields) +
      said.text +
      this.#exception(error ?? said.error) +
      (said.hasTrace || around.bound.hasTrace || around.contextBound.hasTrace ? "" : traceText()) +
      (encoder.isCut ? ',"log.truncated":true}\n' : "}\n");
    // Only text of control characters or of another script gets here: what one character takes is bounded by six.
    if (line.length < MAX_LINE_BYTES / 3 || Buffer.byteLength(line) <= MAX_LINE_BYTES) return line;
    return `${head}${encoder.text(message, MAX_TEXT_OF_HUGE)}${this.#resource},"log.truncated":true}\n`;
  }

  /** The tag stands before the message, so that everybody sees it who sees the line. */
  #message(message: string, tag: string | undefined): string {
    const known = tag === undefined ? this.#messages.get(message) : undefined;
    if (known !== undefined) return known;
    const written = this.#encoder.text(tag === undefined ? message : tagged(tag, message), MAX_MESSAGE);
    if (tag === undefined && message.length <= MAX_MESSAGE_KEPT) {
      if (this.#messages.size >= MAX_MESSAGES_KEPT) this.#messages.clear();
      this.#messages.set(message, written);
    }
    return written;
  }

  #exception(error: Error | undefined): string {
    if (error === undefined) return "";
    const encoder = this.#encoder;
    const { type, message, stacktrace, code } = describeError(error);
    return (
      `,"exception.type":${encoder.text(type)},"exception.message":${encoder.text(message)}` +
      `,"exception.stacktrace":${encoder.text(stacktrace, MAX_STACK)}` +
      (code === undefined ? "" : `,"exception.code":${encoder.text(String(code))}`)
    );
  }

  #write({ service, version, environment, host }: Resource): string {
    const named = [
      ["service.name", service],
      ["service.version", version],
      ["deployment.environment.name", environment],
      ["host.name", host],
    ] as const;
    this.#encoder.start();
    return named
      .flatMap(([name, value]) => (value === null ? [] : [`,"${name}":${this.#encoder.text(value, 200)}`]))
      .join("");
  }
}

interface Head {
  readonly before: string;
  readonly after: string;
}

const headOf = (level: Level): Head => ({
  before: '{"timestamp":"',
  after: `","severityText":"${level.toUpperCase()}","message":`,
});
const HEADS: Readonly<Record<Level, Head>> = {
  trace: headOf("trace"),
  debug: headOf("debug"),
  info: headOf("info"),
  warn: headOf("warn"),
  error: headOf("error"),
  fatal: headOf("fatal"),
};

function tagged(tag: string, message: string): string {
  if (message === "") return tag;
  return message.includes(tag) ? message : `${tag}: ${message}`;
}

function traceText(): string {
  const span = activeSpan();
  return span === null ? "" : `,"trace_id":"${span.traceId}","span_id":"${span.spanId}"`;
}
