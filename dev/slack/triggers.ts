const LIVES_MS = 3000;
/** Hand-made deliveries of tests carry this one; it never expires. */
export const FOREVER_TRIGGER = "1.2.trigger";

interface Trigger {
  readonly user: string;
  readonly viewId: string | null;
  readonly issuedAtMs: number;
  used: boolean;
}

/** The keys that let a program open a window for three seconds, once. */
export class Triggers {
  readonly #issued = new Map<string, Trigger>();
  readonly #nowMs: () => number;
  #counter = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A key for a person who just pressed or typed something, inside a view when `viewId` is given. */
  issue(user: string, viewId: string | null = null): string {
    this.#counter += 1;
    const id = `${this.#counter}.${this.#nowMs()}.trigger`;
    this.#issued.set(id, { user, viewId, issuedAtMs: this.#nowMs(), used: false });
    return id;
  }

  /** Takes the key in; an error code of Slack when it is no good any more. */
  exchange(id: string): { readonly user: string | null; readonly viewId: string | null } | string {
    if (id === FOREVER_TRIGGER) return { user: null, viewId: null };
    const trigger = this.#issued.get(id);
    if (trigger === undefined) return "invalid_trigger_id";
    if (trigger.used) return "exchanged_trigger_id";
    if (this.#nowMs() - trigger.issuedAtMs > LIVES_MS) return "expired_trigger_id";
    trigger.used = true;
    return trigger;
  }
}
