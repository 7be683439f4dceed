import type { WebClient } from "@slack/web-api";
import type { Access } from "../../app/access/access.ts";
import type { HealthFinding } from "../../app/health.ts";
import type { Preferences } from "../../app/people-ports.ts";
import type { Clock, Logger, OutboundMessages } from "../../app/ports.ts";
import type { Redactor } from "../../app/redactor.ts";
import type { Verbs } from "../../app/verbs.ts";
import type { Safe } from "../../core/safe.ts";
import type { SurfaceDeps } from "../define.ts";
import type { LinkRule } from "./drawing/links.ts";
import type { People } from "./people.ts";
import type { Threads } from "./threads.ts";

/** What answering people needs. */
export interface Desk {
  readonly client: WebClient;
  /** The workspace; null when this install serves one and never asked which. */
  readonly team: string | null;
  readonly verbs: Verbs;
  readonly access: Access;
  readonly messages: OutboundMessages;
  readonly redraw: SurfaceDeps["redraw"];
  readonly preferences: Preferences;
  readonly health: () => Promise<readonly HealthFinding[]>;
  readonly newNonce: () => string;
  readonly publicUrl: string;
  readonly keyFor: (purpose: string) => string;
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
