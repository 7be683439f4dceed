import type { EpochMs } from "../ids.ts";
import type { CauseView, IncidentView, TimelineRowView } from "../presentation/view.ts";
import { validVotes } from "../presentation/votes.ts";
import type { Safe } from "../safe.ts";
import { isoTime } from "../time.ts";
import type { PostmortemInput } from "./draft.ts";
import { responseSteps } from "./response.ts";
import { isBlank, joinLines, linesOfSection, type Section, sectionsOf } from "./sections.ts";

export interface ExportedDocument {
  readonly version: number;
  readonly generated: Safe;
  readonly text: Safe;
  readonly atMs: EpochMs;
  /** The last time a person saved it; null when nobody did. */
  readonly edit: { readonly by: Safe | null; readonly atMs: EpochMs; readonly version: number } | null;
}

/** A postmortem for programs: what it rests on, and each section with who wrote which of its lines. */
export function postmortemJson(document: ExportedDocument, input: PostmortemInput) {
  const { view, votes, notes } = input;
  const { version, atMs, edit } = document;
  return {
    schema: "traceops.postmortem/v1",
    document: {
      version,
      at: isoTime(atMs),
      lastEdit: edit === null ? null : { by: edit.by, at: isoTime(edit.atMs), version: edit.version },
      markdown: document.text,
      sections: exportedSections(document),
    },
    incident: exportedIncident(view, input),
    response: responseSteps(input).map(({ step, atMs: at, tookMs, evidenceIds }) => ({
      step,
      at: timeOrNull(at),
      tookMs,
      evidenceIds,
    })),
    impact: input.analysis?.impact ?? null,
    timeline: view.timeline.map(exportedRow),
    causes: view.causes.map(exportedCause),
    statedCause: view.statedCause === null ? null : said(view.statedCause),
    votes: validVotes(votes).map((vote) => ({
      hypothesisId: vote.hypothesisId,
      verdict: vote.verdict,
      by: vote.actorName,
      at: isoTime(vote.atMs),
    })),
    notes: notes.map((note) => ({ by: note.who, at: isoTime(note.atMs), text: note.text })),
    corrections: view.corrections.map((fact) => ({ kind: fact.kind, ...said(fact) })),
    gaps: view.gaps.map(({ source, status, text }) => ({ source, status, text })),
    records: view.evidence.map(({ id, atMs: at, source, service, quote, ref }) => ({
      id,
      at: isoTime(at),
      source,
      service,
      quote,
      ref,
    })),
  };
}

function exportedIncident(view: IncidentView, { incident }: PostmortemInput) {
  return {
    id: incident.id,
    title: incident.title,
    service: incident.service,
    services: incident.services,
    priority: view.priority,
    status: incident.status,
    startedAt: isoTime(incident.startedAtMs),
    detectedAt: isoTime(incident.detectedAtMs),
    resolvedAt: timeOrNull(incident.resolvedAtMs),
    acknowledgedBy: incident.acknowledgedBy,
    alertCount: incident.alertCount,
    url: view.pageUrl,
  };
}

function exportedRow({ atMs, lastAtMs, role, service, text, count, evidenceIds }: TimelineRowView) {
  return { at: isoTime(atMs), lastAt: isoTime(lastAtMs), role, service, text, count, evidenceIds };
}

function exportedCause(cause: CauseView) {
  const { id, rank, kind, summary, confidence, score, supporting, against, toBeSure, votes } = cause;
  return { id, rank, kind, summary, confidence, score, supporting, against, toBeSure, votes };
}

function said({ by, atMs, text }: { readonly by: Safe; readonly atMs: EpochMs; readonly text: Safe }) {
  return { by, at: isoTime(atMs), text };
}

/** Each section with its lines: from the records, or from people. The last word on a line has whoever wrote it as it is. */
function exportedSections({ generated, text }: ExportedDocument) {
  const ours = new Map(sectionsOf(generated).map((section) => [section.key, section]));
  return sectionsOf(text).map((section) => {
    const own = ours.get(section.key) ?? null;
    const known = new Set<string>(own === null ? [] : linesOfSection(own));
    const lines = section.body.filter((line) => !isBlank(line));
    return {
      heading: section.heading,
      origin: originOf(section, own),
      markdown: joinLines(section.body),
      lines: lines.map((line) => ({ text: line, from: known.has(line) ? "records" : "people" })),
    };
  });
}

function originOf(section: Section, own: Section | null): "generated" | "edited" | "people" {
  if (own === null) return "people";
  return joinLines([...section.body]) === joinLines([...own.body]) ? "generated" : "edited";
}

function timeOrNull(at: EpochMs | null): Safe | null {
  return at === null ? null : isoTime(at);
}
