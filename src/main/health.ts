import { alertSources } from "../alert-sources/registry.ts";
import type { HealthFinding } from "../app/health.ts";
import type { Clock, OutboundMessage, OutboundMessages } from "../app/ports.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import { evidenceSources } from "../evidence-sources/registry.ts";
import { surfaces } from "../surfaces/registry.ts";
import type { Config } from "./config.ts";
import { dataDirOf } from "./database.ts";
import { type DiskUse, diskUse } from "./disk-room.ts";
import { doorsFinding } from "./doors.ts";
import type { Wiring } from "./wiring.ts";

const CHECK_WITHIN_MS = 10_000;
const FRESH_MS = 60_000;
const MAX_STUCK = 20;
const GIB = 1_073_741_824;
const TIGHT_RATIO = 0.8;
const TIGHT_BYTES = 5 * GIB;

type Finding = HealthFinding;

/** Every integration with one cheap call, and what waits for a person. */
export async function checkHealth(config: Config, wiring: Wiring): Promise<readonly Finding[]> {
  return [
    ...(await checkAll(config, wiring)),
    ...diskFinding(await diskUse(dataDirOf(config))),
    ...(await stuckMessages(wiring.store.messages, [...wiring.surfaces.keys()])),
  ];
}

/** The same, at most once a minute: people press "doctor" more often than integrations like to be asked. */
export function remembered(look: () => Promise<readonly Finding[]>, clock: Clock): () => Promise<readonly Finding[]> {
  let last: { readonly atMs: number; readonly findings: Promise<readonly Finding[]> } | null = null;
  return () => {
    if (last !== null && clock.nowMs() - last.atMs <= FRESH_MS) return last.findings;
    const findings = look();
    last = { atMs: clock.nowMs(), findings };
    // Whoever asks next looks again; those who wait hear of it.
    findings.catch(() => (last = null));
    return findings;
  };
}

/** Nothing while there is room: a large disk may be used to its last tenth. */
export function diskFinding(use: DiskUse | null): readonly Finding[] {
  if (use === null || use.used < TIGHT_RATIO || use.freeBytes > TIGHT_BYTES) return [];
  const [percent, left] = [Math.floor(use.used * 100), (use.freeBytes / GIB).toFixed(1)];
  const text = `of the data folder is ${percent} % full, ${left} GiB are left: make room; when it is full, nothing is taken any more`;
  return [{ sign: "FIX", part: "disk", text }];
}

async function stuckMessages(messages: OutboundMessages, names: readonly string[]): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    names.map(async (name): Promise<readonly Finding[]> => {
      const stuck = await messages.stuck(DEFAULT_TENANT, name, MAX_STUCK);
      const unsure = stuck.filter(({ state }) => state === "ambiguous");
      const refused = stuck.filter(({ state }) => state !== "ambiguous");
      const texts = [
        ...wordsOf(refused, { are: "could not be delivered", help: REFUSED_HELP }),
        ...wordsOf(unsure, { are: "may or may not stand", help: UNSURE_HELP }),
      ];
      return texts.map((text) => ({ sign: "FIX", part: `messages: ${name}`, text }));
    }),
  );
  return findings.flat();
}

const REFUSED_HELP =
  "fix the cause: a channel or workspace of Slack is tried again every five minutes until a day after the last change of the incident, everything else at its next change";
const UNSURE_HELP =
  "nothing more is tried by itself: look into the channel; `traceops requeue --ambiguous` posts them once more, and one that stands after all is then there twice";

function wordsOf(
  stuck: readonly OutboundMessage[],
  { are, help }: { readonly are: string; readonly help: string },
): readonly string[] {
  if (stuck.length === 0) return [];
  const which = stuck
    .slice(0, 3)
    .map(({ key, state, problem }) => `${key.kind} of ${key.incidentId} (${problem ?? state})`)
    .join(", ");
  const count = stuck.length === MAX_STUCK ? `${MAX_STUCK} or more` : String(stuck.length);
  return [`${count} messages ${are}: ${which}; ${help}`];
}

async function checkAll(config: Config, wiring: Wiring): Promise<readonly Finding[]> {
  const alerts = Object.entries(alertSources).map(([name, source]): Finding => {
    const isOn = source.secrets(config.env).length > 0;
    const part = `alerts: ${name}`;
    return isOn
      ? { sign: "ok", part, text: `taken at /hooks/${name}` }
      : { sign: "off", part, text: source.howToConfigure };
  });
  const deps = { ...wiring, pushedEvents: wiring.store.pushedEvents };
  const evidence = Object.values(evidenceSources).map(async (source): Promise<Finding> => {
    const finding = await check(`evidence: ${source.title}`, source.howToConfigure, {
      isOn: source.create(config.env, deps) !== null,
      call: (signal) => source.check(config.env, deps, signal),
    });
    // A source without settings is always on: that it is says nothing about this install.
    const isConnected = Object.keys(source.env).length > 0;
    return isConnected ? { ...finding, tells: source.tellsChanges ? "changes" : "evidence" } : finding;
  });
  const shown = Object.entries(surfaces).map(([name, surface]) =>
    check(`surface: ${surface.title}`, surface.howToConfigure, {
      isOn: wiring.surfaces.has(name),
      call: (signal) => surface.check(config.env, wiring.surfaceDeps, signal),
    }),
  );
  return [...alerts, ...(await Promise.all([...evidence, ...shown])), publicUrlFinding(config), doorsFinding(config)];
}

function publicUrlFinding({ core }: Config): Finding {
  const part = "links";
  if (core.PUBLIC_URL !== undefined) return { sign: "ok", part, text: `lead to ${core.PUBLIC_URL}` };
  return { sign: "off", part, text: "lead to this machine only; set PUBLIC_URL to the address that people use" };
}

async function check(
  part: string,
  howToConfigure: string,
  { isOn, call }: { readonly isOn: boolean; readonly call: (signal: AbortSignal) => Promise<string | null> },
): Promise<Finding> {
  if (!isOn) return { sign: "off", part, text: howToConfigure };
  const result = await tryTo(() => call(AbortSignal.timeout(CHECK_WITHIN_MS)));
  if (result.status === "failed") return { sign: "FIX", part, text: result.because };
  return result.value === null ? { sign: "ok", part, text: "works" } : { sign: "FIX", part, text: result.value };
}

export type Tried<T> =
  | { readonly status: "worked"; readonly value: T }
  | { readonly status: "failed"; readonly because: string };

/** What became of something that may fail, with the reason as words. Never throws. */
export async function tryTo<T>(
  action: () => Promise<T>,
  reasonOf: (error: unknown) => string = (error) => (error instanceof Error ? error.message : "failed"),
): Promise<Tried<T>> {
  try {
    return { status: "worked", value: await action() };
  } catch (error) {
    return { status: "failed", because: reasonOf(error) };
  }
}
