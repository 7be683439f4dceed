import { joinSafe, type Safe, safe } from "../safe.ts";
import { isBlank, joinLines, linesOf, type Section, sectionsOf } from "./sections.ts";

/** The heading under which facts stand that came after people had changed their section. */
export const NEW_SINCE: Safe = safe`### New since the last draft`;

/** Facts of one section, made to stand alone: rows of a table get its first two lines again. */
export function standingAlone(facts: readonly Safe[], { body }: Pick<Section, "body">): readonly Safe[] {
  if (!isRow(facts[0])) return facts;
  return [...tableHead(body), ...facts];
}

/** True for a row of a table. */
export function isRow(line: string | undefined): boolean {
  return line?.startsWith("|") ?? false;
}

/** The first two lines of the table in a section: names of the columns and the rule below them. */
export function tableHead(body: readonly Safe[]): readonly Safe[] {
  const rule = body.findIndex((line) => /^\|(?: ?:?-+:? ?\|)+\s*$/u.test(line));
  return rule < 1 ? [] : body.slice(rule - 1, rule + 1);
}

/** What the newer draft says that the older one did not, by section, as Markdown; null when there is nothing. */
export function newFacts(older: Safe, newer: Safe): Safe | null {
  const known = new Set<string>(linesOf(older));
  const parts = sectionsOf(newer).flatMap((section) => {
    const facts = section.body.filter((line) => !isBlank(line) && !known.has(line));
    if (facts.length === 0 || section.heading === null) return [];
    const shown = joinLines(standingAlone(facts, section));
    return [safe`#${section.heading.startsWith("##") ? safe`` : safe`#`}${section.heading}`, shown];
  });
  return parts.length === 0 ? null : joinSafe(parts, "\n\n");
}
