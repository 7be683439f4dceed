import type { IncidentId } from "../core/ids.ts";
import { postmortemHtml } from "../core/postmortem/export-html.ts";
import { postmortemJson } from "../core/postmortem/export-json.ts";
import type { Actor } from "./actor.ts";
import { draftPostmortem, postmortemInput } from "./draft-postmortem.ts";
import type { PostmortemDeps, PostmortemFormat } from "./postmortem-verbs.ts";

/** The document as Markdown, as one HTML file, or as JSON with what it rests on. Null when there is no such incident. */
export async function exportPostmortem(
  deps: PostmortemDeps,
  { actor, id, format }: { readonly actor: Actor; readonly id: IncidentId; readonly format: PostmortemFormat },
): Promise<string | null> {
  const document = await draftPostmortem(deps, actor, id);
  if (document === null) return null;
  if (format === "markdown") return document.text;
  if (format === "html") return postmortemHtml(document.text);
  const [input, lastEdit] = await Promise.all([
    postmortemInput(deps, actor, id),
    deps.postmortems.lastEdit(actor.tenant, id),
  ]);
  if (input === null) return null;
  const edit = lastEdit === null ? null : { by: lastEdit.editedBy, atMs: lastEdit.atMs, version: lastEdit.version };
  return `${JSON.stringify(postmortemJson({ ...document, edit }, input), null, 2)}\n`;
}
