import type { AlertSourcePort } from "../app/alert-source-port.ts";
import type { RegisteredAlertSource } from "./define.ts";
import { alertSources } from "./registry.ts";

/** Every source with its secrets from the settings. A source without secrets is there too, and refuses everything. */
export function configureAlertSources(env: unknown): ReadonlyMap<string, AlertSourcePort> {
  const known: readonly (readonly [string, RegisteredAlertSource])[] = Object.entries(alertSources);
  return new Map(known.map(([name, source]) => [name, withSecrets(name, source, source.secrets(env))]));
}

function withSecrets(name: string, source: RegisteredAlertSource, secrets: readonly string[]): AlertSourcePort {
  return {
    name,
    maxBodyBytes: source.maxBodyBytes,
    verify: (delivery) => source.verify(delivery, secrets),
    dedupKey: (delivery) => source.dedupKey(delivery),
    parse: (body, receivedAtMs) => source.parse(body, receivedAtMs),
    parseNotes: (body, receivedAtMs) => source.parseNotes(body, receivedAtMs),
  };
}
