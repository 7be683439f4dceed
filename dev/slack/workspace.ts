/** Our times and those of the emulator must never look alike, or translating one back would hit the other. */
const OUR_FIRST_TS = 100_000;

/** One message as the workspace holds it. */
export interface StoredMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly user: string;
  text: string;
  blocks: unknown;
  metadata: unknown;
  edits: number;
  deleted: boolean;
  /** Who reacted, by the reaction's name. */
  readonly reactions: Map<string, Set<string>>;
  /** Unfurled links: the address and what the program showed for it. */
  readonly unfurls: Map<string, unknown>;
}

/** A message that one person sees. */
export interface Whisper {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly threadTs: string | null;
  text: string;
  blocks: unknown;
  deleted: boolean;
}

export interface SharedFile {
  readonly id: string;
  readonly filename: string;
  content: string;
  bytes: Buffer;
  /** When it was shared; files without a channel have none. */
  ts: string | null;
  channel: string | null;
  threadTs: string | null;
}

export interface Canvas {
  readonly id: string;
  readonly title: string;
  readonly channel: string | null;
  markdown: string;
}

export interface OpenView {
  readonly id: string;
  readonly user: string;
  /** The view below it; null for the first one. */
  readonly previousId: string | null;
  view: Readonly<Record<string, unknown>>;
  hash: string;
  closed: boolean;
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
  | { readonly kind: "reset-after" }
  /** No answer at all until the caller gives up; nothing stored. */
  | { readonly kind: "silence-before" }
  /** No answer at all until the caller gives up, although it was stored. */
  | { readonly kind: "silence-after" }
  /** The connection breaks, and only this much later it is stored. */
  | { readonly kind: "stored-late"; readonly ms: number }
  /** Carried out twice: something between the program and Slack repeated the call. An answer is that of the second. */
  | { readonly kind: "doubled"; readonly isAnswerLost: boolean }
  /** The right answer, late. */
  | { readonly kind: "late"; readonly ms: number };

export interface Call {
  readonly method: string;
  readonly body: Readonly<Record<string, string>>;
  /** When it came, by the workspace's own clock. */
  readonly atMs: number;
}

/** Somebody of the workspace, as a test knows them. */
export interface KnownUser {
  readonly name: string;
  readonly email?: string;
  readonly tz?: string;
  /** Somebody from outside, in some channels only. */
  readonly isGuest?: boolean;
}

/** What happened in a workspace, in order, to look at without asking. The emulator holds the state; this is its record. */
export class Workspace {
  readonly messages: StoredMessage[] = [];
  readonly whispers: Whisper[] = [];
  readonly files: SharedFile[] = [];
  /** Every view that was opened or pushed, as it was sent. */
  readonly views: unknown[] = [];
  readonly openViews: OpenView[] = [];
  /** App Homes by user. */
  readonly homes = new Map<string, Readonly<Record<string, unknown>>>();
  readonly canvases: Canvas[] = [];
  readonly entityDetails: Readonly<Record<string, unknown>>[] = [];
  readonly responses: Readonly<Record<string, unknown>>[] = [];
  readonly calls: Call[] = [];
  readonly users = new Map<string, KnownUser>();
  /** Block types that this workspace has not got yet. */
  readonly unknownBlocks = new Set<string>();
  /** Tokens that are refused, with the error code. */
  readonly refusedTokens = new Map<string, string>();
  /** Channels that refuse what is posted, with the error code: `is_archived`, `not_in_channel`, `channel_not_found`. */
  readonly refusingChannels = new Map<string, string>();
  /** Called after every change, for pages that show it live. */
  onChange: () => void = () => undefined;
  /** Set by the server: lets the emulator forget a message that a person deleted. */
  onDelete: (message: StoredMessage) => void = () => undefined;
  readonly #faults = new Map<string, Fault[]>();
  readonly #nowMs: () => number;
  #counter = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs();
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
    return `${Math.floor(this.#nowMs() / 1000)}.${String(OUR_FIRST_TS + this.#counter)}`;
  }

  find(channel: string, ts: string): StoredMessage | undefined {
    return this.messages.find((message) => message.channel === channel && message.ts === ts && !message.deleted);
  }

  /** Messages that stand in a channel itself; in every channel when none is named. */
  roots(channel?: string): readonly StoredMessage[] {
    return this.messages.filter(
      (message) =>
        message.threadTs === null && !message.deleted && (channel === undefined || message.channel === channel),
    );
  }

  replies(threadTs: string): readonly StoredMessage[] {
    return this.messages.filter((message) => message.threadTs === threadTs && !message.deleted);
  }

  /** What one person sees that others do not. */
  whispersTo(user: string): readonly Whisper[] {
    return this.whispers.filter((whisper) => whisper.user === user && !whisper.deleted);
  }

  /** A person deletes a message. */
  deleteByPerson(ts: string): void {
    for (const message of this.messages) {
      if (message.ts !== ts || message.deleted) continue;
      message.deleted = true;
      this.onDelete(message);
    }
    this.onChange();
  }

  callsOf(method: string): readonly Call[] {
    return this.calls.filter((call) => call.method === method);
  }
}
