import type { Clock } from "../../../app/ports.ts";

/** Slack features that a workspace may not have. */
export type Feature = "unfurl" | "entity" | "pane";

/** An administrator may turn it on meanwhile. */
const REMEMBERED_MS = 24 * 60 * 60_000;

/** Remembers which features a workspace refused, so that they are not tried at every link. Bounded by workspaces times features. */
export class RefusedFeatures {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(team: string | null, feature: Feature): void {
    this.#until.set(`${team ?? "-"}/${feature}`, this.#clock.nowMs() + REMEMBERED_MS);
  }

  has(team: string | null, feature: Feature): boolean {
    return (this.#until.get(`${team ?? "-"}/${feature}`) ?? 0) > this.#clock.nowMs();
  }
}
