import type { WebClient } from "@slack/web-api";
import type { Clock, Logger } from "../../app/ports.ts";
import type { Redactor } from "../../app/redactor.ts";
import type { Verbs } from "../../app/verbs.ts";
import type { Safe } from "../../core/safe.ts";
import type { LinkRule } from "./links.ts";
import type { People } from "./people.ts";
import type { Threads } from "./threads.ts";

/** What answering people needs. */
export interface Desk {
  readonly client: WebClient;
  readonly verbs: Verbs;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
  readonly people: People;
  readonly threads: Threads;
  readonly links: LinkRule;
  /** "/traceops". */
  readonly command: Safe;
  /** Where the cards are. */
  readonly channel: string;
}
