const MOST_USES = 5;
const LIVES_MS = 30 * 60_000;

/** What an answer through a response address refers to. */
export interface Origin {
  readonly channel: string;
  readonly user: string;
  readonly threadTs: string | null;
  /** The message with the pressed button; null for a command. */
  readonly ts: string | null;
  readonly isWhisper: boolean;
}

interface Issued {
  readonly origin: Origin;
  readonly issuedAtMs: number;
  uses: number;
}

/** The addresses that take answers to a press or a command: five times within 30 minutes. */
export class ResponseUrls {
  readonly #issued = new Map<string, Issued>();
  readonly #base: string;
  readonly #nowMs: () => number;

  constructor(base: string, nowMs: () => number) {
    this.#base = base;
    this.#nowMs = nowMs;
  }

  /** A new address for one press or command. */
  issue(team: string, origin: Origin): string {
    const key = `${team}-${this.#issued.size + 1}`;
    this.#issued.set(key, { origin, issuedAtMs: this.#nowMs(), uses: 0 });
    return `${this.#base}/respond/${key}`;
  }

  /** What this address refers to; an error code of Slack when it is used up. */
  use(key: string): Origin | string {
    const issued = this.#issued.get(key);
    if (issued === undefined) return "invalid_url";
    if (this.#nowMs() - issued.issuedAtMs > LIVES_MS) return "expired_url";
    if (issued.uses >= MOST_USES) return "used_url";
    issued.uses += 1;
    return issued.origin;
  }
}
