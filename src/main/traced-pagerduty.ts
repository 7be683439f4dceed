import type { Tracing } from "../app/tracing-port.ts";
import { type PagerDutyClient, PagerDutyError } from "../platform/clients/pagerduty.ts";

/** The words of PagerDuty's paths that this program calls. Everything else in a path is an id that PagerDuty made. */
const WORDS: ReadonlySet<string> = new Set([
  "",
  "abilities",
  "change_events",
  "incidents",
  "log_entries",
  "notes",
  "oncalls",
  "services",
  "users",
  "webhook_subscriptions",
]);

/** The same client, with every call traced, its repetitions included. Paths are told without their ids, bodies not at all. */
export function tracedPagerDuty(client: PagerDutyClient, tracing: Tracing): PagerDutyClient {
  const call = (method: string, path: string, run: () => Promise<unknown>) => traced(tracing, { method, path }, run);
  return {
    get: (path, query, signal) => call("GET", path, () => client.get(path, query, signal)),
    list: (request, signal) =>
      traced(tracing, { method: "GET", path: request.path }, () => client.list(request, signal)),
    post: (path, body, options) => call("POST", path, () => client.post(path, body, options)),
    put: (path, body, options) => call("PUT", path, () => client.put(path, body, options)),
    delete: (path, options) => call("DELETE", path, () => client.delete(path, options)),
  };
}

function traced<Answer>(
  tracing: Tracing,
  { method, path }: { readonly method: string; readonly path: string },
  run: () => Promise<Answer>,
): Promise<Answer> {
  const template = templateOf(path);
  const attributes = { "http.request.method": method, "url.template": template, "traceops.source": "pagerduty" };
  return tracing.span({ name: `${method} ${template}`, kind: "client", attributes }, async (span) => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof PagerDutyError && error.status !== null) {
        span.set({ "http.response.status_code": error.status });
      }
      throw error;
    }
  });
}

function templateOf(path: string): string {
  const plain = path.split("?")[0] ?? "";
  return plain
    .split("/")
    .map((part) => (WORDS.has(part) ? part : "{id}"))
    .join("/");
}
