import { isJson, type Json, objects, text, textOrNone } from "../json.ts";
import type { Team } from "../team.ts";
import { type Method, refused } from "./method.ts";

/** The three steps of an upload, and canvases. */
export const FILES: Readonly<Record<string, Method>> = {
  "files.getUploadURLExternal": async (team, body) => {
    const answer = await team.emulated.call("files.getUploadURLExternal", body);
    if (answer["ok"] !== true) return answer;
    const id = text(answer["file_id"]);
    team.workspace.files.push({
      id,
      filename: text(body["filename"]),
      content: "",
      bytes: Buffer.alloc(0),
      channel: null,
      threadTs: null,
      ts: null,
    });
    return { ...answer, upload_url: `${team.place.url}/upload/${team.seed.id}/${id}` };
  },
  "files.completeUploadExternal": async (team, body) => {
    const channel = textOrNone(body["channel_id"]);
    if (channel !== undefined && !(await team.hasChannel(channel))) return refused("channel_not_found");
    const answer = await team.emulated.call("files.completeUploadExternal", body);
    if (answer["ok"] !== true) return answer;
    for (const { id } of objects(body["files"])) {
      const file = team.workspace.files.find((candidate) => candidate.id === id);
      if (file === undefined) continue;
      file.channel = channel ?? null;
      file.threadTs = textOrNone(body["thread_ts"]) ?? null;
      file.ts = team.workspace.nextTs();
    }
    team.workspace.onChange();
    return answer;
  },
  "canvases.create": (team, body) => canvas(team, { body, channel: textOrNone(body["channel_id"]) ?? null }),
  "conversations.canvases.create": (team, body) =>
    canvas(team, { body, channel: textOrNone(body["channel_id"]) ?? null }),
  "canvases.edit": editCanvas,
  "canvases.access.set": (team, body) => {
    const found = team.workspace.canvases.find(({ id }) => id === body["canvas_id"]);
    return found === undefined ? refused("canvas_not_found") : { ok: true };
  },
  "canvases.sections.lookup": (team, body) => {
    const found = team.workspace.canvases.find(({ id }) => id === body["canvas_id"]);
    if (found === undefined) return refused("canvas_not_found");
    const criteria = isJson(body["criteria"]) ? body["criteria"] : {};
    const wanted = text(criteria["contains_text"]);
    const headings = sectionsOf(found.markdown).filter(({ markdown }) => markdown.includes(wanted));
    return { ok: true, sections: headings.map(({ id }) => ({ id })) };
  },
};

function canvas(team: Team, given: { body: Json; channel: string | null }): Json {
  const content = isJson(given.body["document_content"]) ? given.body["document_content"] : {};
  const id = `F0CANVAS${team.workspace.canvases.length + 1}`;
  const markdown = text(content["markdown"]);
  team.workspace.canvases.push({ id, title: text(given.body["title"]), channel: given.channel, markdown });
  team.workspace.onChange();
  return { ok: true, canvas_id: id };
}

function editCanvas(team: Team, body: Json): Json {
  const found = team.workspace.canvases.find(({ id }) => id === body["canvas_id"]);
  if (found === undefined) return refused("canvas_not_found");
  for (const change of objects(body["changes"])) {
    const content = isJson(change["document_content"]) ? text(change["document_content"]["markdown"]) : "";
    const edited = edit(found.markdown, { change, content });
    if (edited === null) return refused("section_not_found");
    found.markdown = edited;
  }
  team.workspace.onChange();
  return { ok: true };
}

function edit(markdown: string, { change, content }: { change: Json; content: string }): string | null {
  const section = textOrNone(change["section_id"]);
  if (section !== undefined) return editSection(markdown, { section, change, content });
  if (change["operation"] === "insert_at_start") return `${content}\n${markdown}`;
  if (change["operation"] === "insert_at_end") return `${markdown}\n${content}`;
  return change["operation"] === "replace" ? content : null;
}

function editSection(
  markdown: string,
  { section, change, content }: { section: string; change: Json; content: string },
): string | null {
  switch (change["operation"]) {
    case "replace":
      return inSection(markdown, section, () => content);
    case "delete":
      return inSection(markdown, section, () => "");
    case "insert_after":
      return inSection(markdown, section, (old) => `${old}\n${content}`);
    case "insert_before":
      return inSection(markdown, section, (old) => `${content}\n${old}`);
    default:
      return null;
  }
}

function inSection(markdown: string, id: string, change: (old: string) => string): string | null {
  const sections = sectionsOf(markdown);
  if (!sections.some((section) => section.id === id)) return null;
  return sections.map((section) => (section.id === id ? change(section.markdown) : section.markdown)).join("\n\n");
}

/** Paragraphs and headings of a canvas, each with an id that stays while its text does. */
function sectionsOf(markdown: string): readonly { readonly id: string; readonly markdown: string }[] {
  return markdown
    .split(/\n{2,}/u)
    .map((section) => ({ id: `temp:C:${Buffer.from(section).toString("hex").slice(0, 24)}`, markdown: section }));
}
