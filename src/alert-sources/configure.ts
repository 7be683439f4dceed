import type { AlertSourcePort } from "../app/alert-source-port.ts";
import type { RegisteredAlertSource, SenderTools } from "./define.ts";
import { alertSources } from "./registry.ts";

/** Every source with its secrets from the settings. A source without secrets is there too, and refuses everything. */
export function configureAlertSources(env: unknown, tools: SenderTools): ReadonlyMap<string, AlertSourcePort> {
  const known: readonly (readonly [string, RegisteredAlertSource])[] = Object.entries(alertSources);
  return new Map(
    known.map(([name, source]) => [name, connected(name, source, source.checks(source.secrets(env), tools))]),
  );
}

function connected(
  name: string,
  source: RegisteredAlertSource,
  { refusedByHead, verify, confirm }: ReturnType<RegisteredAlertSource["checks"]>,
): AlertSourcePort {
  return {
    name,
    maxBodyBytes: source.maxBodyBytes,
    refusedByHead,
    verify,
    dedupKey: (delivery) => source.dedupKey(delivery),
    parse: (body, receivedAtMs) => source.parse(body, receivedAtMs),
    parseNotes: (body, receivedAtMs) => source.parseNotes(body, receivedAtMs),
    ...(confirm === undefined ? {} : { confirm }),
  };
}
