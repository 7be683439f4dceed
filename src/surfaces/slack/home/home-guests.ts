import type { Clock } from "../../../app/ports.ts";
import type { Safe } from "../../../core/safe.ts";
import { Slots } from "../delivery/slots.ts";
import type { Principal } from "../people.ts";
import { Debounced } from "./debounced.ts";

/** Whoever has the Home open, and where to write to them. */
export interface Guest extends Principal {
  /** The direct message with the bot. */
  readonly dm: string;
}

/** Draws one Home; the notice says what became of the last press. Must not throw. */
export type DrawHome = (guest: Guest, notice: Safe | null) => Promise<void>;

interface Visit {
  readonly guest: Guest;
  readonly atMs: number;
  readonly notice: Safe | null;
  readonly noticeAtMs: number;
  /** The person is looking: this drawing waits for no other. */
  isAwaited: boolean;
}

const GAP_MS = 3000;
const NOTICE_MS = 60_000;
const REMEMBERED_MS = 24 * 60 * 60_000;
const MAX_GUESTS = 200;
/** A change redraws everybody: that must not slow down what people press meanwhile. */
const AT_ONCE = 2;

/** Everybody who opened the Home lately. Kept in memory: after a restart a Home is drawn again when it is opened. */
export class HomeGuests {
  readonly #clock: Clock;
  readonly #debounced: Debounced;
  readonly #slots = new Slots(AT_ONCE);
  readonly #visits = new Map<string, Visit>();
  #draw: DrawHome = async () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#debounced = new Debounced(GAP_MS, (name) => this.#drawNamed(name));
  }

  /** How to draw a Home. Set by what listens. */
  drawWith(draw: DrawHome): void {
    this.#draw = draw;
  }

  /** Somebody opened their Home or pressed something in it, and this came of it. */
  opened(guest: Guest, notice: Safe | null = null): void {
    const name = nameOf(guest);
    const nowMs = this.#clock.nowMs();
    this.#visits.delete(name);
    const [oldest] = this.#visits.keys();
    if (this.#visits.size >= MAX_GUESTS && oldest !== undefined) this.#visits.delete(oldest);
    this.#visits.set(name, { guest, atMs: nowMs, notice, noticeAtMs: nowMs, isAwaited: true });
    this.#debounced.now(name);
  }

  /** What is drawn for this person changed, although they did nothing. */
  redraw(guest: Guest): void {
    if (this.#visits.has(nameOf(guest))) this.#debounced.ask(nameOf(guest));
  }

  /** An incident or a choice changed: everybody's Home is drawn again, each at most every three seconds. */
  changed(): void {
    const since = this.#clock.nowMs() - REMEMBERED_MS;
    for (const [name, { atMs }] of this.#visits) {
      if (atMs < since) this.#visits.delete(name);
      else this.#debounced.ask(name);
    }
  }

  /** True when somebody opened the Home here lately. */
  get hasAny(): boolean {
    return this.#visits.size > 0;
  }

  stop(): void {
    this.#debounced.stop();
  }

  async #drawNamed(name: string): Promise<void> {
    const visit = this.#visits.get(name);
    if (visit === undefined) return;
    const isNew = this.#clock.nowMs() - visit.noticeAtMs < NOTICE_MS;
    const draw = () => this.#draw(visit.guest, isNew ? visit.notice : null);
    const { isAwaited } = visit;
    visit.isAwaited = false;
    await (isAwaited ? draw() : this.#slots.run(draw));
  }
}

function nameOf({ team, user }: Guest): string {
  return `${team}/${user}`;
}
