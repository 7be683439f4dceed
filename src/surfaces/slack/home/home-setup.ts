import { joinSafe, type Safe, safe, sliceSafe } from "../../../core/safe.ts";
import type { HomeContent, SafeFinding } from "./home-content.ts";

/** One line of the checklist. */
export interface SetupStep {
  readonly state: "done" | "open" | "broken" | "being-read";
  readonly title: Safe;
  /** What there is, or what to do. */
  readonly text: Safe | null;
}

/** What an install needs before its first incident, each with what is missing. Slack itself works: this was drawn in it. */
export function setupSteps(content: Pick<HomeContent, "health" | "hasAlerts">, command: Safe): readonly SetupStep[] {
  const slack: SetupStep = { state: "done", title: safe`Slack is connected`, text: null };
  const { health } = content;
  if (health.status !== "read") {
    const state = health.status === "failed" ? ("broken" as const) : ("being-read" as const);
    const text = state === "broken" ? safe`the checks did not end; ${command} doctor says more` : null;
    const title = safe`Alerts, evidence, changes, pager and links`;
    return [slack, { state, title, text }];
  }
  const findings = health.value;
  return [
    slack,
    alertStep(findings, content.hasAlerts),
    sourceStep(
      safe`Logs or other evidence`,
      findings.filter(({ tells }) => tells === "evidence"),
    ),
    sourceStep(
      safe`Changes and deploys`,
      findings.filter(({ tells }) => tells === "changes"),
    ),
    sourceStep(
      safe`Writing back to the pager`,
      findings.filter(({ part }) => part.startsWith(PAGER)),
    ),
    linkStep(findings.find(({ part }) => part === LINKS)),
  ];
}

/** True when nothing is left to do. */
export function isSetUp(steps: readonly SetupStep[]): boolean {
  return steps.every(({ state }) => state === "done");
}

const PAGER = "surface: PagerDuty";
const LINKS = "links";

function alertStep(findings: readonly SafeFinding[], hasAlerts: boolean): SetupStep {
  const title = safe`Alerts arrive`;
  if (hasAlerts) return { state: "done", title, text: safe`the first one was seen` };
  const senders = findings.filter(({ part }) => part.startsWith("alerts:"));
  const ready = senders.filter(({ sign }) => sign === "ok");
  if (ready.length > 0) {
    const paths = joinSafe(
      ready.slice(0, 3).map(({ text }) => text),
      ", ",
    );
    return { state: "open", title, text: safe`none came yet; they are ${paths}` };
  }
  return { state: "open", title, text: adviceOf(senders) };
}

/** One of several that works is enough; one that does not work is to fix first. */
function sourceStep(title: Safe, findings: readonly SafeFinding[]): SetupStep {
  const broken = findings.find(({ sign }) => sign === "FIX");
  if (broken !== undefined) return { state: "broken", title, text: safe`${nameOf(broken)}: ${broken.text}` };
  const working = findings.filter(({ sign }) => sign === "ok");
  if (working.length === 0) return { state: "open", title, text: adviceOf(findings) };
  return { state: "done", title, text: joinSafe(working.slice(0, 4).map(nameOf), ", ") };
}

function linkStep(finding: SafeFinding | undefined): SetupStep {
  const state = finding?.sign === "ok" ? ("done" as const) : ("open" as const);
  return { state, title: safe`Links to incident pages`, text: finding?.text ?? null };
}

function adviceOf(findings: readonly SafeFinding[]): Safe | null {
  return findings[0]?.text ?? null;
}

function nameOf({ part }: SafeFinding): Safe {
  const colon = part.indexOf(": ");
  return sliceSafe(part, colon < 0 ? 0 : colon + 2);
}
