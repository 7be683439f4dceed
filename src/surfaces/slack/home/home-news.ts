import type { Logger, Marks } from "../../../app/ports.ts";
import { DEFAULT_TENANT } from "../../../core/ids.ts";

export interface HomeNewsDeps {
  readonly marks: Marks;
  readonly logger: Logger;
  readonly newNonce: () => string;
  /** True while somebody has the Home open here. */
  readonly isWatched: () => boolean;
  readonly onNews: () => void;
}

const NAME = "slack/home-news";
const LOOK_EVERY_MS = 3000;

/**
 * Carries "an incident changed" to the process in which people have their Home open: incidents are drawn by workers, which
 * have a thread or a machine of their own. A stored mark, because the queue may lose everything.
 */
export class HomeNews {
  readonly #deps: HomeNewsDeps;
  #known: string | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: HomeNewsDeps) {
    this.#deps = deps;
  }

  /** Something that Homes show has changed. Never throws: a Home is worth no second drawing of a card. */
  async tell(): Promise<void> {
    const { marks, newNonce, logger, onNews } = this.#deps;
    onNews();
    this.#known = newNonce();
    try {
      await marks.set(DEFAULT_TENANT, NAME, this.#known);
    } catch (err) {
      logger.warn({ err }, "open homes could not be told of a change");
    }
  }

  /** Hears what other processes tell. */
  start(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { marks, logger, isWatched, onNews } = this.#deps;
    if (!isWatched()) return;
    try {
      const told = await marks.get(DEFAULT_TENANT, NAME);
      if (told === this.#known) return;
      this.#known = told;
      onNews();
    } catch (err) {
      logger.warn({ err }, "whether a home has to be drawn again is not known");
    }
  }
}
