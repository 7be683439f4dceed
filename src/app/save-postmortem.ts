import { hunksOf } from "../core/postmortem/line-diff.ts";
import { joinLines, linesOf } from "../core/postmortem/sections.ts";
import { type Safe, safe } from "../core/safe.ts";
import type { Actor } from "./actor.ts";
import type { PostmortemDocument } from "./people-ports.ts";
import type { PostmortemDeps, PostmortemEdit, SaveOutcome } from "./postmortem-verbs.ts";
import type { Redactor } from "./redactor.ts";

export const MAX_POSTMORTEM = 200_000;
/** More in one piece the redactor would cut off. */
const MAX_PIECE = 60_000;
const MAX_TRIES = 5;

/**
 * Stores what a person made of a version, as the next version. When another person saved since then, nothing is stored.
 * Facts that we added meanwhile are no reason to refuse: they come in again with the next draft.
 */
export async function savePostmortem(deps: PostmortemDeps, actor: Actor, edit: PostmortemEdit): Promise<SaveOutcome> {
  const { tenant } = actor;
  const { incidentId, version } = edit;
  const shown = await deps.postmortems.version(tenant, incidentId, version);
  if (shown === null) return { kind: "unknown-incident" };
  const read = readEdit(deps.redactor, shown.text, edit.text);
  if (read === null) return { kind: "refused", because: TOO_LONG };

  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const [latest, lastEdit] = await Promise.all([
      deps.postmortems.latest(tenant, incidentId),
      deps.postmortems.lastEdit(tenant, incidentId),
    ]);
    if (latest === null) return { kind: "unknown-incident" };
    if (lastEdit !== null && lastEdit.version > version) return conflict(lastEdit, latest);
    if (read.text === shown.text || read.text === latest.text)
      return { kind: "saved", document: latest, cleaned: read.cleaned };
    const next: PostmortemDocument = {
      incidentId,
      version: latest.version + 1,
      // The base of what the person saw: against a newer one, facts they never saw would count as deleted by them.
      generated: shown.generated,
      text: read.text,
      editedBy: actor.name,
      atMs: deps.clock.nowMs(),
      canvas: latest.canvas,
    };
    if ((await deps.postmortems.save(tenant, next)) === "saved") {
      return { kind: "saved", document: next, cleaned: read.cleaned };
    }
  }
  return { kind: "refused", because: safe`Many people save this postmortem at once. Nothing was stored: save again.` };
}

const TOO_LONG = safe`The text is too long: at most ${MAX_POSTMORTEM} characters, and at most ${MAX_PIECE} new ones in one place. Nothing was stored: shorten it, or link to what is elsewhere.`;

function conflict(edit: PostmortemDocument, current: PostmortemDocument): SaveOutcome {
  const who = edit.editedBy ?? safe`Somebody`;
  return {
    kind: "conflict",
    because: safe`${who} saved version ${edit.version} while you were writing. Nothing of yours is stored yet: compare both texts, then save yours again.`,
    current,
  };
}

/**
 * A typed text as Safe text. Lines that the person left alone are the stored ones, byte for byte; only what they added
 * goes through the redactor. Null when it is too long for that.
 */
function readEdit(
  redactor: Redactor,
  shown: Safe,
  given: string,
): { readonly text: Safe; readonly cleaned: boolean } | null {
  if (given.length > MAX_POSTMORTEM) return null;
  const lines = linesOf(shown);
  const hunks = hunksOf(lines, given.split("\n")).map((hunk) => ({ ...hunk, added: hunk.lines.join("\n") }));
  if (hunks.some(({ added }) => added.length > MAX_PIECE)) return null;
  const parts: Safe[] = [];
  let at = 0;
  for (const { start, end, lines: changed, added } of hunks) {
    parts.push(...lines.slice(at, start), ...(changed.length === 0 ? [] : [redactor.text(added)]));
    at = end;
  }
  const text = joinLines([...parts, ...lines.slice(at)]);
  return { text, cleaned: text !== given };
}
