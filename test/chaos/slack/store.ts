/** One message as the test Slack holds it. What was deleted stays here, to be counted. */
export interface HeldMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly metadata: unknown;
  /** When it was stored, by the clock of this machine. */
  readonly atMs: number;
  text: string;
  blocks: unknown;
  edits: number;
  deleted: boolean;
  /** What it said over time, to explain a wrong end. */
  readonly history: Said[];
}

/** One version of a message: when the call came, when it was carried out, and its words. */
export interface Said {
  readonly calledMs: number;
  readonly storedMs: number;
  readonly words: string;
}

/** The words of a call's text and blocks, as far as they help to tell versions apart. */
export function wordsOf({ text, blocks }: Pick<HeldMessage, "text" | "blocks">): string {
  return `${text} ${JSON.stringify(blocks ?? [])}`.slice(0, 1_500);
}

export type NewMessage = Pick<HeldMessage, "channel" | "threadTs" | "metadata" | "text" | "blocks">;

/** Our own six digits behind the second keep ids apart and in order. */
const FIRST_DIGITS = 100_000;

/** Everything that was ever stored, fast enough for thousands of messages. Losses and doubles are counted here. */
export class MessageStore {
  readonly messages: HeldMessage[] = [];
  readonly #byId = new Map<string, HeldMessage>();
  readonly #lists = new Map<string, HeldMessage[]>();
  readonly #whispers = new Map<string, readonly string[]>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Stores a message; a reply whose parent is gone lands in the channel, as in Slack. */
  add(message: NewMessage, calledMs: number): HeldMessage {
    const { channel } = message;
    const parent = message.threadTs === null ? undefined : this.find(channel, message.threadTs);
    const threadTs = parent === undefined ? null : parent.ts;
    const atMs = this.#nowMs();
    const ts = `${Math.floor(atMs / 1000)}.${String(FIRST_DIGITS + this.messages.length)}`;
    const held = {
      ...message,
      ts,
      threadTs,
      atMs,
      edits: 0,
      deleted: false,
      history: [{ calledMs, storedMs: atMs, words: wordsOf(message) }],
    };
    this.messages.push(held);
    this.#byId.set(`${channel}/${ts}`, held);
    this.#listOf(channel, threadTs).push(held);
    return held;
  }

  /** Something that one person sees. */
  whisper(user: string, words: string): void {
    this.#whispers.set(user, [...this.whispersTo(user), words]);
  }

  whispersTo(user: string): readonly string[] {
    return this.#whispers.get(user) ?? [];
  }

  find(channel: string, ts: string): HeldMessage | undefined {
    const found = this.#byId.get(`${channel}/${ts}`);
    return found?.deleted === true ? undefined : found;
  }

  /** What stands in a channel or, with its parent, in a thread; oldest first. */
  held(channel: string, threadTs: string | null): readonly HeldMessage[] {
    const parent = threadTs === null ? undefined : this.find(channel, threadTs);
    const list = this.#listOf(channel, threadTs).filter(({ deleted }) => !deleted);
    return parent === undefined ? list : [parent, ...list];
  }

  /** Everything that stands. */
  standing(): readonly HeldMessage[] {
    return this.messages.filter(({ deleted }) => !deleted);
  }

  #listOf(channel: string, threadTs: string | null): HeldMessage[] {
    const name = `${channel}/${threadTs ?? "-"}`;
    const list = this.#lists.get(name) ?? [];
    this.#lists.set(name, list);
    return list;
  }
}
