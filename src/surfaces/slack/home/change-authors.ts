import { setTimeout as sleep } from "node:timers/promises";
import type { Actor } from "../../../app/actor.ts";
import type { Clock } from "../../../app/ports.ts";
import type { IncidentAnswer, Verbs } from "../../../app/verbs.ts";
import { type EventId, epochMs } from "../../../core/ids.ts";
import { leadOf } from "../../../core/presentation/card.ts";
import { type Safe, safe } from "../../../core/safe.ts";

const WITHIN_MS = 8000;
const BEFORE_MS = 24 * 60 * 60_000;
/** A source that could not be read now may be readable in a minute. */
const AGAIN_MS = 60_000;
const MAX_KNOWN = 200;

/** Who made the change that an incident suspects, asked for once per change. */
export class ChangeAuthors {
  readonly #verbs: Pick<Verbs, "recentChanges">;
  readonly #clock: Clock;
  readonly #known = new Map<EventId, { readonly by: Safe | null; readonly atMs: number }>();

  constructor(verbs: Pick<Verbs, "recentChanges">, clock: Clock) {
    this.#verbs = verbs;
    this.#clock = clock;
  }

  /** The name as the change's source tells it; null when it tells none or could not be read in time. */
  async of(answer: IncidentAnswer, change: EventId): Promise<Safe | null> {
    const known = this.#known.get(change);
    if (known !== undefined && (known.by !== null || this.#clock.nowMs() - known.atMs < AGAIN_MS)) return known.by;
    const by = await this.#ask(answer, change);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(change, { by, atMs: this.#clock.nowMs() });
    return by;
  }

  async #ask({ incident }: IncidentAnswer, change: EventId): Promise<Safe | null> {
    const actor: Actor = { kind: "job", tenant: incident.tenant, id: "slack", name: safe`TraceOps` };
    const timer = new AbortController();
    const late = sleep(WITHIN_MS, null, { signal: timer.signal, ref: false }).catch(() => null);
    const request = { service: null, sinceMs: epochMs(incident.startedAtMs - BEFORE_MS) };
    const asked = this.#verbs.recentChanges(actor, request).catch(() => null);
    const found = await Promise.race([asked, late]);
    timer.abort();
    return found?.changes.find(({ id }) => id === change)?.by ?? null;
  }
}

/** The change behind the leading cause, when the answer calls it the likely one; null else. */
export function suspectedChange({ view, analysis }: IncidentAnswer): EventId | null {
  const lead = view.state === "likely-cause" ? leadOf(view.causes) : null;
  if (lead === null) return null;
  return analysis?.hypotheses.find(({ id }) => id === lead.id)?.cause.changeId ?? null;
}
