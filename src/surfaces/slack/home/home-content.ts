import type { HealthFinding } from "../../../app/health.ts";
import type { RankingRecord } from "../../../app/look-back.ts";
import type { ChangesAnswer } from "../../../app/recent-changes.ts";
import type { Incident } from "../../../core/incident.ts";
import type { CauseView } from "../../../core/presentation/view.ts";
import type { Safe } from "../../../core/safe.ts";
import type { Reading } from "../delivery/fresh.ts";

/** Everything that one person's Home shows. Drawing it asks nobody. */
export interface HomeContent {
  /** The direct message with the bot, kept in the view so that a test alert finds it. */
  readonly dm: string;
  readonly version: Safe;
  readonly health: Reading<readonly SafeFinding[]>;
  readonly changes: Reading<ChangesAnswer>;
  readonly record: Reading<RankingRecord>;
  /** An alert came in at least once, not only a person's question. */
  readonly hasAlerts: boolean;
  /** Mine first, then the newest. */
  readonly open: readonly OpenLine[];
  /** More open ones than lines. */
  readonly hiddenOpen: number;
  readonly services: readonly ServiceLine[];
  readonly waiting: readonly WaitingLine[];
  readonly author: AuthorLine | null;
  /** This person's running test. */
  readonly test: Incident | null;
  /** What the person did last here went wrong. */
  readonly notice: Safe | null;
}

/** A line of `doctor`, redacted: what failed may quote somebody else's words. */
export interface SafeFinding extends Omit<HealthFinding, "part" | "text"> {
  readonly part: Safe;
  readonly text: Safe;
}

/** What this person chose about messages, as it is shown. */
export interface AuthorLine {
  readonly isOn: boolean;
  readonly names: readonly Safe[];
  readonly quiet: { readonly from: Safe; readonly to: Safe } | null;
  readonly zone: Safe;
}

export interface OpenLine {
  readonly incident: Incident;
  readonly isMine: boolean;
  readonly cause: CauseView | null;
  /** The card in Slack; null when there is none to open. */
  readonly cardUrl: string | null;
  readonly pageUrl: Safe | null;
}

export interface ServiceLine {
  readonly service: Safe;
  readonly lastIncident: Incident | null;
}

export interface WaitingLine {
  readonly incident: Incident;
  readonly why: "unresolved" | "unconfirmed";
  readonly pageUrl: Safe | null;
}

/** True when somebody who has this name took the case or follows a service of it. */
export function isMine(incident: Incident, me: { readonly name: Safe; readonly services: readonly string[] }): boolean {
  return isAckedBy(incident, me.name) || isAbout(incident, me.services);
}

/** True when this person acknowledged it. The senders tell names, so names are what can be compared. */
export function isAckedBy({ acknowledgedBy }: Incident, name: Safe): boolean {
  return acknowledgedBy !== null && acknowledgedBy.toLowerCase() === name.toLowerCase();
}

/** True when one of these services alerted. */
export function isAbout({ service, services }: Incident, wanted: readonly string[]): boolean {
  const named = new Set([...(service === null ? [] : [service]), ...services].map((name) => name.toLowerCase()));
  return wanted.some((name) => named.has(name.toLowerCase()));
}

const MAX_OPEN_LINES = 8;

/** The open incidents as they are shown: mine first, then the newest, a few of them. */
export function orderedOpen(
  open: readonly Incident[],
  me: { readonly name: Safe; readonly services: readonly string[] },
): { readonly shown: readonly Incident[]; readonly hidden: number } {
  const sorted = open.toSorted(
    (a, b) =>
      Number(isMine(b, me)) - Number(isMine(a, me)) || b.detectedAtMs - a.detectedAtMs || (a.id < b.id ? -1 : 1),
  );
  return { shown: sorted.slice(0, MAX_OPEN_LINES), hidden: Math.max(0, sorted.length - MAX_OPEN_LINES) };
}
