import { z } from "zod";
import type { Evidence } from "../core/evidence.ts";
import type { IncidentId, TenantId } from "../core/ids.ts";
import type { ProgressTask, ProgressView } from "../core/presentation/progress.ts";
import { cutSafe, own, ownWords, type Safe, safe } from "../core/safe.ts";
import type { JobRequest } from "./jobs/catalog.ts";
import type { Clock, Logger, Marks } from "./ports.ts";
import type { Redactor } from "./redactor.ts";

/** Whoever has an answer within this time needs no word about the work. */
const WORTH_TELLING_MS = 3000;
/** A look that was told of longer ago than this does not run any more. */
const STALE_MS = 90_000;
const MAX_SOURCES = 30;
const MAX_NOTE = 120;

const Told = z.object({
  atMs: z.number(),
  tasks: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        status: z.enum(["pending", "in-progress", "complete", "error"]),
        note: z.string().nullable(),
      }),
    )
    .max(MAX_SOURCES + 1),
});

export interface ProgressDeps {
  readonly tenant: TenantId;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly marks: Marks;
  /** Asks the surfaces to draw this incident. */
  readonly show: (id: IncidentId) => readonly JobRequest[];
  readonly request: (jobs: readonly JobRequest[]) => Promise<void>;
}

/** One first look that runs. */
export interface ProgressWatch {
  /** This source answered. */
  ended(source: string, evidence: Evidence): void;
  /** Nothing is told any more from here on. */
  stop(): void;
}

/** Tells people which sources are being read, from three seconds on and at most every three seconds, when there is something new. */
export function watchProgress(deps: ProgressDeps, id: IncidentId, sources: readonly string[]): ProgressWatch {
  const tasks = new Map(sources.slice(0, MAX_SOURCES).map((name) => [name, running(name)] as const));
  let told = "";
  // One after the other, so that what is told last is what stands.
  let telling = Promise.resolve();
  const next = (work: () => Promise<void>) => {
    telling = telling.then(work).catch((err: unknown) => {
      deps.logger.warn({ incidentId: id, err }, "how far a look is could not be told");
    });
  };
  const tell = () => {
    const now = [...tasks.values(), ranking([...tasks.values()])];
    const text = JSON.stringify(now);
    if (text === told) return;
    told = text;
    next(() => store(deps, id, text));
  };
  const timer = setInterval(tell, WORTH_TELLING_MS);
  timer.unref();
  return {
    ended: (source, evidence) => {
      // What nobody set up is no work that people wait for.
      if (evidence.status === "not-configured") tasks.delete(source);
      else if (tasks.has(source)) tasks.set(source, finished(source, evidence));
    },
    stop: () => {
      clearInterval(timer);
      if (told !== "") next(() => deps.marks.remove(deps.tenant, markName(id)));
    },
  };
}

async function store({ marks, tenant, clock, show, request }: ProgressDeps, id: IncidentId, tasks: string) {
  await marks.set(tenant, markName(id), `{"atMs":${clock.nowMs()},"tasks":${tasks}}`);
  await request(show(id));
}

function running(name: string): ProgressTask {
  return { id: idOf(name), title: ownWords(own(name)), status: "in-progress", note: null };
}

function finished(name: string, evidence: Exclude<Evidence, { status: "not-configured" }>): ProgressTask {
  const base = { id: idOf(name), title: ownWords(own(name)) };
  switch (evidence.status) {
    case "found":
      return { ...base, status: "complete", note: safe`${evidence.events.length} records` };
    case "empty":
      return { ...base, status: "complete", note: safe`nothing found` };
    case "failed":
      return { ...base, status: "error", note: cutSafe(evidence.detail, MAX_NOTE) };
    default:
      return evidence satisfies never;
  }
}

function ranking(sources: readonly ProgressTask[]): ProgressTask {
  const isRead = sources.every(({ status }) => status !== "in-progress");
  return { id: "rank", title: safe`Rank causes`, status: isRead ? "in-progress" : "pending", note: null };
}

function idOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/gu, "-");
}

function markName(id: IncidentId): string {
  return `progress/${id}`;
}

/** How far the look is that runs now; null when none was told of lately. What is stored passes the redactor once more. */
export async function readProgress(
  { marks, clock, redactor }: { readonly marks: Marks; readonly clock: Clock; readonly redactor: Redactor },
  tenant: TenantId,
  { id, pageUrl }: { readonly id: IncidentId; readonly pageUrl: Safe | null },
): Promise<ProgressView | null> {
  const mark = await marks.get(tenant, markName(id));
  if (mark === null) return null;
  const parsed = Told.safeParse(JSON.parse(mark));
  if (!parsed.success || clock.nowMs() - parsed.data.atMs > STALE_MS) return null;
  const tasks = parsed.data.tasks.map((task) => ({
    ...task,
    title: redactor.text(task.title),
    note: task.note === null ? null : redactor.text(task.note),
  }));
  return { incidentId: id, pageUrl, tasks };
}
