import type { Clock } from "../../../app/ports.ts";
import type { Form } from "../drawing/message.ts";

/** Slack rolls new blocks out workspace by workspace: what is refused today may be taken tomorrow. */
const REMEMBERED_MS = 24 * 60 * 60_000;
const MAX_KNOWN = 1000;

/** Remembers which form of a message a workspace did not take, so that it is not offered with every edit. */
export class RefusedForms {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(what: RefusedForm): void {
    if (this.#until.size >= MAX_KNOWN) this.#until.clear();
    this.#until.set(nameOf(what), this.#clock.nowMs() + REMEMBERED_MS);
  }

  has(what: RefusedForm): boolean {
    return (this.#until.get(nameOf(what)) ?? 0) > this.#clock.nowMs();
  }
}

interface RefusedForm {
  readonly team: string | null;
  readonly look: string;
  readonly form: Form;
}

function nameOf({ team, look, form }: RefusedForm): string {
  return `${team ?? "-"}/${look}/${form}`;
}
