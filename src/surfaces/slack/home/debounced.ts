/** Runs work for a name at once, and again later at most once in `gapMs` however often it is asked for. */
export class Debounced {
  readonly #gapMs: number;
  readonly #work: (name: string) => Promise<void>;
  readonly #state = new Map<string, { again: boolean; timer: NodeJS.Timeout | null }>();
  #stopped = false;

  /** `work` must not throw and must end by itself. */
  constructor(gapMs: number, work: (name: string) => Promise<void>) {
    this.#gapMs = gapMs;
    this.#work = work;
  }

  /** Runs now, or once when the gap is over. */
  ask(name: string): void {
    if (this.#stopped) return;
    const state = this.#state.get(name);
    if (state !== undefined) {
      state.again = true;
      return;
    }
    this.#state.set(name, { again: false, timer: null });
    void this.#run(name);
  }

  /** Runs now although the gap is not over: a person waits for it. */
  now(name: string): void {
    const state = this.#state.get(name);
    if (state?.timer == null) return this.ask(name);
    clearTimeout(state.timer);
    this.#state.delete(name);
    this.ask(name);
  }

  /** Nothing runs any more. */
  stop(): void {
    this.#stopped = true;
    for (const { timer } of this.#state.values()) if (timer !== null) clearTimeout(timer);
    this.#state.clear();
  }

  async #run(name: string): Promise<void> {
    await this.#work(name);
    const state = this.#state.get(name);
    if (state === undefined || this.#stopped) return;
    state.timer = setTimeout(() => this.#gapIsOver(name), this.#gapMs);
    state.timer.unref();
  }

  #gapIsOver(name: string): void {
    const again = this.#state.get(name)?.again === true;
    this.#state.delete(name);
    if (again) this.ask(name);
  }
}
