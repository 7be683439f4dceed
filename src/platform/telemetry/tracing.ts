import { AsyncLocalStorage } from "node:async_hooks";
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, type Tracer, trace } from "@opentelemetry/api";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  type IdGenerator,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Logger } from "../../app/ports.ts";
import type { OpenSpan, SpanStart, Tracing } from "../../app/tracing-port.ts";
import { OtlpExporter } from "./otlp-exporter.ts";
import { type OutboundApi, watchOutboundCalls } from "./outbound-calls.ts";
import type { SamplerChoice } from "./sampler-setting.ts";
import type { TracingSettings } from "./settings.ts";
import { errorTypeOf, nameOf, valuesOf, wordOf } from "./span-values.ts";

/** Two threads of one process stop one after the other, and both together within two seconds. */
const FLUSH_WITHIN_MS = 1_000;
const QUEUE = { maxQueueSize: 2_048, maxExportBatchSize: 512, scheduledDelayMillis: 5_000 } as const;
const KINDS = {
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
} as const;

export interface RunningTracing extends Tracing {
  /** Sends what waits, for a second at most. Never throws. */
  stop(): Promise<void>;
}

export interface TracingOptions {
  readonly settings: TracingSettings;
  readonly logger: Logger;
  /** APIs whose calls become spans where they happen inside of one. */
  readonly outbound: readonly OutboundApi[];
  /** How long ended spans wait for company before they are sent. */
  readonly delayMs?: number;
}

/** A span that runs, and what was linked to it. */
interface Frame {
  readonly span: Span;
  readonly linked: Set<string>;
  isOpen: boolean;
}

/**
 * Traces over OTLP/HTTP. Nothing global of OpenTelemetry is touched, so that two installs in one process keep apart. Spans
 * wait in a bounded queue; when it is full, new ones are dropped.
 */
export function startTracing(options: TracingOptions): RunningTracing {
  const { settings, logger, outbound, delayMs } = options;
  const exporter = new OtlpExporter({ url: settings.url, headers: settings.headers, logger });
  const ids = new NamedIds();
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ "service.name": settings.serviceName })),
    sampler: samplerOf(settings.sampler),
    idGenerator: ids,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        ...QUEUE,
        ...(delayMs === undefined ? {} : { scheduledDelayMillis: delayMs }),
      }),
    ],
  });
  const spans = new Spans(provider.getTracer("traceops"), ids);
  const unwatch = watchOutboundCalls(outbound, (start) => spans.beside(start));
  return {
    span: (start, run) => spans.run(start, run),
    causedBy: (key) => spans.link(key),
    async stop() {
      unwatch();
      exporter.hurry();
      const timer = setTimeout(() => exporter.cut(), FLUSH_WITHIN_MS);
      await provider.shutdown().catch(() => undefined);
      clearTimeout(timer);
    },
  };
}

class Spans {
  readonly #frames = new AsyncLocalStorage<Frame>();
  readonly #tracer: Tracer;
  readonly #ids: NamedIds;

  constructor(tracer: Tracer, ids: NamedIds) {
    this.#tracer = tracer;
    this.#ids = ids;
  }

  async run<Result>(start: SpanStart, run: (span: OpenSpan) => Promise<Result>): Promise<Result> {
    const span = this.#start(start, start.kind === "server" || start.kind === "consumer" ? null : this.#current());
    const frame: Frame = { span, linked: new Set(), isOpen: true };
    const open = openSpan(span);
    try {
      return await this.#frames.run(frame, () => run(open));
    } catch (error) {
      open.failed(errorTypeOf(error));
      throw error;
    } finally {
      frame.isOpen = false;
      span.end();
    }
  }

  /** A span that ends by itself some time later, inside of the one that runs here; null when none does. */
  beside(start: SpanStart): { readonly span: OpenSpan; readonly end: () => void } | null {
    const parent = this.#current();
    if (parent === null) return null;
    const span = this.#start(start, parent);
    return { span: openSpan(span), end: () => span.end() };
  }

  link(key: () => string): void {
    const frame = this.#current();
    if (frame?.span.isRecording() !== true) return;
    const { traceId, spanId } = idsOf(key());
    if (frame.linked.has(traceId)) return;
    frame.linked.add(traceId);
    frame.span.addLink({ context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true } });
  }

  #start({ name, kind, attributes, key }: SpanStart, parent: Frame | null): Span {
    const context = parent === null ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent.span);
    const start = () =>
      this.#tracer.startSpan(nameOf(name), { kind: KINDS[kind], attributes: valuesOf(attributes) }, context);
    return key === undefined ? start() : this.#ids.as(idsOf(key()), start);
  }

  /** Timers and connections live longer than the work that made them: what they start does not belong to a span that is over. */
  #current(): Frame | null {
    const frame = this.#frames.getStore();
    return frame?.isOpen === true ? frame : null;
  }
}

function openSpan(span: Span): OpenSpan {
  return {
    set: (attributes) => void span.setAttributes(valuesOf(attributes)),
    failed: (errorType) => {
      span.setAttribute("error.type", wordOf(errorType));
      span.setStatus({ code: SpanStatusCode.ERROR });
    },
  };
}

interface Ids {
  readonly traceId: string;
  readonly spanId: string;
}

/** The same for the same key, in every process: the first 48 digits. */
function idsOf(key: string): Ids {
  return { traceId: key.slice(0, 32), spanId: key.slice(32, 48) };
}

/** Random ids, but those of one span when they are given: OpenTelemetry asks for them while the span is started. */
class NamedIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #given: Ids | null = null;

  as<Result>(given: Ids, start: () => Result): Result {
    this.#given = given;
    try {
      return start();
    } finally {
      this.#given = null;
    }
  }

  generateTraceId(): string {
    return this.#given?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#given?.spanId ?? this.#random.generateSpanId();
  }
}

function samplerOf({ root, followsParent }: SamplerChoice): Sampler {
  const chosen = rootSampler(root);
  return followsParent ? new ParentBasedSampler({ root: chosen }) : chosen;
}

function rootSampler(root: SamplerChoice["root"]): Sampler {
  if (root === "always") return new AlwaysOnSampler();
  return root === "never" ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(root.ratio);
}
