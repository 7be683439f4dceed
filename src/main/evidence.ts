import { guardEvidence } from "../app/guard-evidence.ts";
import type { Clock, EventSegments, EvidencePort, Logger, PushedEvents } from "../app/ports.ts";
import type { Redactor } from "../app/redactor.ts";
import type { Evidence } from "../core/evidence.ts";
import type { EvidenceSourceDeps } from "../evidence-sources/define.ts";
import { evidenceSources } from "../evidence-sources/registry.ts";
import type { PagerDutyClient } from "../platform/clients/pagerduty.ts";
import type { Config } from "./config.ts";

export interface EvidenceWiring {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
  readonly pushedEvents: PushedEvents | null;
  readonly segments: EventSegments | null;
  readonly pagerDuty: PagerDutyClient | null;
}

/** Every registered source as a port with its deadline and redaction around it. One that is not configured answers so. */
export function wireEvidence(config: Config, wiring: EvidenceWiring): readonly EvidencePort[] {
  const deps: EvidenceSourceDeps = wiring;
  return Object.values(evidenceSources).map((source) => {
    const running = source.create(config.env, deps);
    const notConfigured: Evidence<string> = { status: "not-configured", detail: source.howToConfigure };
    const gather = running === null ? () => Promise.resolve(notConfigured) : running.gather.bind(running);
    // The title, because gaps are read by people.
    return {
      ...guardEvidence(source.title, gather, { deadlineMs: source.deadlineMs, redactor: wiring.redactor }),
      tellsChanges: source.tellsChanges && running !== null,
    };
  });
}
