import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { z } from "zod";
import type { OpenSpan, SpanStart } from "../../app/tracing-port.ts";
import { errorTypeOf } from "./span-values.ts";

/** An API of a vendor, and which of its paths are names of methods. All other paths hold ids and keys, and are not sent. */
export interface OutboundApi {
  readonly origin: string;
  readonly methods: RegExp;
}

type Begin = (start: SpanStart) => { readonly span: OpenSpan; readonly end: () => void } | null;

const Asked = z.object({ request: z.object({ origin: z.string(), method: z.string(), path: z.string() }) });
const Answered = z.object({ response: z.object({ statusCode: z.number() }) });
const Failed = z.object({ error: z.unknown() });
const Subject = z.object({ request: z.custom<object>((value) => typeof value === "object" && value !== null) });

/**
 * Makes a span of each call to these APIs that Node's own `fetch` tells of on its diagnostics channels, so that the code
 * that calls needs to know nothing. A call is over when the head of its answer is there. Returns how to stop.
 */
export function watchOutboundCalls(apis: readonly OutboundApi[], begin: Begin): () => void {
  const running = new WeakMap<object, NonNullable<ReturnType<Begin>>>();
  const asked = (message: unknown) => {
    const subject = subjectOf(message);
    const call = Asked.safeParse(message);
    const start = call.success && subject !== null ? startOf(apis, call.data.request) : null;
    const begun = start === null ? null : begin(start);
    if (subject !== null && begun !== null) running.set(subject, begun);
  };
  const ended = (message: unknown) => {
    const subject = subjectOf(message);
    const call = subject === null ? undefined : running.get(subject);
    if (subject === null || call === undefined) return;
    running.delete(subject);
    tellEnd(call.span, message);
    call.end();
  };
  const listeners = [
    ["undici:request:create", asked],
    ["undici:request:headers", ended],
    ["undici:request:error", ended],
  ] as const;
  for (const [channel, listen] of listeners) subscribe(channel, listen);
  return () => {
    for (const [channel, listen] of listeners) unsubscribe(channel, listen);
  };
}

function subjectOf(message: unknown): object | null {
  return Subject.safeParse(message).data?.request ?? null;
}

function startOf(
  apis: readonly OutboundApi[],
  { origin, method, path }: z.infer<typeof Asked>["request"],
): SpanStart | null {
  const api = apis.find((each) => each.origin === origin);
  if (api === undefined) return null;
  const plain = path.split("?")[0] ?? "";
  const template = api.methods.test(plain) ? { "url.template": plain } : {};
  return {
    name: [method, ...Object.values(template)].join(" "),
    kind: "client",
    attributes: { "http.request.method": method, "server.address": new URL(origin).hostname, ...template },
  };
}

function tellEnd(span: OpenSpan, message: unknown): void {
  const answered = Answered.safeParse(message);
  if (!answered.success) {
    span.failed(errorTypeOf(Failed.safeParse(message).data?.error));
    return;
  }
  const { statusCode } = answered.data.response;
  span.set({ "http.response.status_code": statusCode });
  if (statusCode >= 400) span.failed(String(statusCode));
}
