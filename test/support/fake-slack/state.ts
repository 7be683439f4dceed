/** One message as the fake workspace holds it. */
export interface StoredMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  text: string;
  blocks: unknown;
  metadata: unknown;
  edits: number;
  deleted: boolean;
}

export interface Whisper {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly blocks: unknown;
}

export interface SharedFile {
  readonly id: string;
  readonly filename: string;
  content: string;
  channel: string | null;
  threadTs: string | null;
}

/** What goes wrong with the next call of a method. */
export type Fault =
  | { readonly kind: "rate-limit"; readonly retryAfterS: number }
  | { readonly kind: "refuse"; readonly code: string }
  /** 500, nothing stored. */
  | { readonly kind: "error-before" }
  /** 500, although it was stored. */
  | { readonly kind: "error-after" }
  /** The connection breaks, although it was stored. */
  | { readonly kind: "reset-after" };

export interface Call {
  readonly method: string;
  readonly body: Readonly<Record<string, string>>;
}

/** Everything the workspace remembers. Losses and doubles are counted here, never in our own tables. */
export class Workspace {
  readonly messages: StoredMessage[] = [];
  readonly whispers: Whisper[] = [];
  readonly files: SharedFile[] = [];
  readonly views: unknown[] = [];
  readonly responses: Readonly<Record<string, unknown>>[] = [];
  readonly calls: Call[] = [];
  readonly users = new Map<string, { readonly name: string }>();
  /** Block types that this workspace has not got yet. */
  readonly unknownBlocks = new Set<string>();
  /** Tokens that are refused, with the error code. */
  readonly refusedTokens = new Map<string, string>();
  readonly #faults = new Map<string, Fault[]>();
  readonly #nowMs: () => number;
  #counter = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Lets the next call of this method go wrong; several faults are taken in order. */
  breakNext(method: string, fault: Fault): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), fault]);
  }

  takeFault(method: string): Fault | null {
    return this.#faults.get(method)?.shift() ?? null;
  }

  nextTs(): string {
    this.#counter += 1;
    return `${Math.floor(this.#nowMs() / 1000)}.${String(this.#counter).padStart(6, "0")}`;
  }

  find(channel: string, ts: string): StoredMessage | undefined {
    return this.messages.find((message) => message.channel === channel && message.ts === ts && !message.deleted);
  }

  /** Messages that stand in the channel itself. */
  roots(): readonly StoredMessage[] {
    return this.messages.filter(({ threadTs, deleted }) => threadTs === null && !deleted);
  }

  replies(threadTs: string): readonly StoredMessage[] {
    return this.messages.filter((message) => message.threadTs === threadTs && !message.deleted);
  }

  /** A person deletes a message. */
  deleteByPerson(ts: string): void {
    for (const message of this.messages) if (message.ts === ts) message.deleted = true;
  }

  callsOf(method: string): readonly Call[] {
    return this.calls.filter((call) => call.method === method);
  }
}
