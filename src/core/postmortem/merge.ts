import type { Safe } from "../safe.ts";
import { safe } from "../safe.ts";
import { type Hunk, hunksOf } from "./line-diff.ts";
import { isRow, NEW_SINCE, standingAlone, tableHead } from "./new-facts.ts";
import { isBlank, joinLines, linesOfSection, type Section, sectionsOf } from "./sections.ts";

export interface DraftMerge {
  /** What TraceOps wrote last. */
  readonly base: Safe;
  /** The document as it stands, people's changes included. */
  readonly edited: Safe;
  /** What TraceOps would write now. */
  readonly fresh: Safe;
}

const NOTHING: Safe = safe``;

/**
 * Brings new facts into a document that people changed. Every line of theirs stays as it is, in their order; what they
 * deleted stays deleted; the rest becomes fresh. A fact that would have to change a place of theirs is added at the end of
 * that section under "New since the last draft", once.
 */
export function mergeDraft({ base, edited, fresh }: DraftMerge): Safe {
  if (edited === base || edited === fresh) return fresh;
  if (fresh === base) return edited;
  const before = sectionsOf(base);
  const ours = sectionsOf(fresh);
  const kept = renamed(before, sectionsOf(edited)).flatMap((section, index) => {
    const merged = mergedSection(section, { before: byKey(before, section), now: byKey(ours, section) });
    return merged === null ? [] : [{ ...merged, index }];
  });
  return joinLines(assembled(withNewSections(kept, { before, ours })));
}

interface Placed extends Section {
  /** Where the section stood in the edited document; null for a new one. */
  readonly index: number | null;
}

function byKey(sections: readonly Section[], { key }: Pick<Section, "key">): Section | null {
  return sections.find((section) => section.key === key) ?? null;
}

/** Gives a section whose heading people reworded the key of the section it was: most of its lines are still there. */
function renamed(before: readonly Section[], edited: readonly Section[]): readonly Section[] {
  const missing = before.filter((section) => byKey(edited, section) === null);
  return edited.map((section) => {
    if (missing.length === 0 || byKey(before, section) !== null) return section;
    const lines = new Set<string>(section.body);
    const at = missing.findIndex(({ body }) => {
      const known = body.filter((line) => !isBlank(line));
      return known.length > 0 && known.filter((line) => lines.has(line)).length * 2 >= known.length;
    });
    const [found] = at < 0 ? [] : missing.splice(at, 1);
    return found === undefined ? section : { ...section, key: found.key };
  });
}

/** One section of the edited document as it should stand now; null when nobody changed it and we no longer write it. */
function mergedSection(
  edited: Section,
  { before, now }: { readonly before: Section | null; readonly now: Section | null },
): Section | null {
  if (now === null) return before !== null && sameLines(before, edited) ? null : edited;
  if (before === null) return { ...edited, body: mergedBody({ base: [], edited: edited.body, now }) };
  return {
    key: edited.key,
    heading: before.heading === edited.heading ? now.heading : edited.heading,
    body: mergedBody({ base: before.body, edited: edited.body, now }),
    tail: isSame(before.tail, edited.tail) ? now.tail : edited.tail,
  };
}

function sameLines(one: Section, other: Section): boolean {
  return isSame(linesOfSection(one), linesOfSection(other));
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index]);
}

interface Bodies {
  readonly base: readonly Safe[];
  readonly edited: readonly Safe[];
  readonly now: Section;
}

function mergedBody({ base, edited, now }: Bodies): readonly Safe[] {
  if (isSame(base, edited)) return now.body;
  const theirs = hunksOf(base, edited);
  const ours = hunksOf(base, now.body);
  const clashes = ours.filter((hunk) => theirs.some((other) => overlap(hunk, other)));
  // What people took out does not come back, even where we would now write it elsewhere; what they have is not repeated.
  const settled = new Set<string>([...onlyIn(base, edited), ...onlyIn(edited, base)]);
  const free = ours
    .filter((hunk) => !clashes.includes(hunk))
    .map((hunk) => ({ ...hunk, lines: hunk.lines.filter((line) => !settled.has(line)) }));
  const known = new Set<string>([...base, ...edited]);
  const waiting = clashes.flatMap(({ lines }) => lines.filter((line) => !isBlank(line) && !known.has(line)));
  return withWaiting(applied(base, [...theirs, ...free]), waiting, now);
}

/** True when two changes touch the same line, or put lines at the same place: then nobody but people can order them. */
function overlap(one: Hunk<Safe>, other: Hunk<Safe>): boolean {
  if (one.start === one.end && other.start === other.end) return one.start === other.start;
  return one.start < other.end && other.start < one.end;
}

/** The lines, empty ones aside, of one text that the other does not have. */
function onlyIn(one: readonly Safe[], other: readonly Safe[]): readonly Safe[] {
  const lines = new Set<string>(other);
  return one.filter((line) => !isBlank(line) && !lines.has(line));
}

/** The base with changes that do not overlap. */
function applied(base: readonly Safe[], hunks: readonly Hunk<Safe>[]): readonly Safe[] {
  // At the same place an insertion comes before a replacement.
  const ordered = hunks.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const lines: Safe[] = [];
  let at = 0;
  for (const hunk of ordered) {
    lines.push(...base.slice(at, hunk.start), ...hunk.lines);
    at = Math.max(at, hunk.end);
  }
  return [...lines, ...base.slice(at)];
}

/** Adds facts that found no place of their own below the section's "New since the last draft", which is made when needed. */
function withWaiting(body: readonly Safe[], waiting: readonly Safe[], now: Section): readonly Safe[] {
  if (waiting.length === 0) return body;
  const heading = body.findLastIndex((line) => line === NEW_SINCE);
  if (heading < 0) return [...body, NOTHING, NEW_SINCE, NOTHING, ...standingAlone(waiting, now)];
  const first = body.findIndex((line, index) => index > heading && !isBlank(line));
  const start = first < 0 ? body.length : first;
  const blank = body.findIndex((line, index) => index >= start && isBlank(line));
  const end = blank < 0 ? body.length : blank;
  return [...body.slice(0, end), ...continued(body[end - 1], waiting, now), ...body.slice(end)];
}

/** Rows go on with the table above them; after anything else a table begins anew. */
function continued(last: Safe | undefined, waiting: readonly Safe[], now: Section): readonly Safe[] {
  const isAfterRow = isRow(last);
  if (isRow(waiting[0])) return isAfterRow ? waiting : [NOTHING, ...tableHead(now.body), ...waiting];
  return isAfterRow ? [NOTHING, ...waiting] : waiting;
}

/** Puts sections that only the new draft has after the section they follow there. What people deleted is not new. */
function withNewSections(
  kept: readonly Placed[],
  { before, ours }: { readonly before: readonly Section[]; readonly ours: readonly Section[] },
): readonly Placed[] {
  const placed = [...kept];
  for (const [index, section] of ours.entries()) {
    if (byKey(placed, section) !== null || byKey(before, section) !== null) continue;
    const earlier = ours.slice(0, index).findLast(({ key }) => placed.some((other) => other.key === key));
    const at = earlier === undefined ? 0 : placed.findIndex(({ key }) => key === earlier.key) + 1;
    placed.splice(at, 0, { ...section, index: null });
  }
  return placed;
}

/** All lines in order, with an empty line between two sections that were not neighbours before. */
function assembled(sections: readonly Placed[]): readonly Safe[] {
  return sections.flatMap((section, index) => {
    const lines = linesOfSection(section);
    const next = sections[index + 1];
    const wereNeighbours = section.index !== null && next?.index === section.index + 1;
    const last = lines.at(-1);
    const needsGap = next !== undefined && !wereNeighbours && last !== undefined && !isBlank(last);
    return needsGap ? [...lines, NOTHING] : lines;
  });
}
