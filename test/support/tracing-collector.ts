import { createServer, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import { decodeMessage } from "../../src/ingest/otlp/decode.ts";
import { type Field, type Message, RESOURCE, SPAN } from "../../src/ingest/otlp/schema.ts";
import { eventually } from "./install.ts";

const message = (fields: readonly Field[]): Message => ({
  byNumber: new Map(fields.map((field) => [field.number, field])),
  isOneOf: false,
});
const one = (number: number, name: string, type: Field["type"]): Field => ({ number, name, type, repeated: false });
const many = (number: number, name: string, type: Field["type"]): Field => ({ number, name, type, repeated: true });

// The receiver of this repository has no use for links; its schema with them (opentelemetry-proto 1.x, Span.Link).
const LINK = message([one(1, "traceId", "id"), one(2, "spanId", "id")]);
const SPAN_WITH_LINKS = message([...SPAN.byNumber.values(), many(13, "links", () => LINK)]);
const SCOPE = message([many(2, "spans", () => SPAN_WITH_LINKS)]);
const GROUP = message([one(1, "resource", () => RESOURCE), many(2, "scopeSpans", () => SCOPE)]);
const REQUEST = message([many(1, "resourceSpans", () => GROUP)]);

const Pairs = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((pairs) => Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]])));
const SpanOf = z.object({
  name: z.string(),
  kind: z.number(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  attributes: Pairs,
  events: z.array(z.unknown()).default([]),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.number().default(0), message: z.string().optional() }).default({ code: 0 }),
});
const RequestOf = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Pairs }),
      scopeSpans: z.array(z.object({ spans: z.array(SpanOf) })),
    }),
  ),
});
export type CollectedSpan = z.infer<typeof SpanOf> & { readonly resource: Readonly<Record<string, unknown>> };

/** How a collector behaves: it answers with these statuses, the last one for ever, or says nothing. */
export type Manners = readonly number[] | "hangs";

export interface Collector {
  readonly url: string;
  /** What came, as it was sent. */
  readonly bodies: Buffer[];
  readonly headers: Readonly<Record<string, unknown>>[];
  readonly paths: (string | undefined)[];
  spans(): readonly CollectedSpan[];
  /** Waits until these have come. */
  when(ready: (spans: readonly CollectedSpan[]) => boolean): Promise<readonly CollectedSpan[]>;
  stop(): Promise<void>;
}

/** A small OTLP/HTTP receiver on this machine. */
export async function startCollector(manners: Manners = [200]): Promise<Collector> {
  const bodies: Buffer[] = [];
  const headers: Readonly<Record<string, unknown>>[] = [];
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      bodies.push(Buffer.concat(chunks));
      headers.push(request.headers);
      paths.push(request.url);
      answer(response, manners === "hangs" ? null : (manners[Math.min(bodies.length, manners.length) - 1] ?? 200));
    });
  });
  const port = await listening(server);
  const spans = () => bodies.flatMap(spansOf);
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    headers,
    paths,
    spans,
    when: (ready) =>
      eventually(() => {
        const all = spans();
        return ready(all) ? all : null;
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number | null): void {
  if (status === null) return;
  response.statusCode = status;
  response.end();
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

function spansOf(body: Buffer): readonly CollectedSpan[] {
  const { resourceSpans } = RequestOf.parse(decodeMessage(body, REQUEST));
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, resource: resource.attributes }))),
  );
}
