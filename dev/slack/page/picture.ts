import type { Team } from "../team.ts";
import { topWindow } from "../windows.ts";
import type { SharedFile, StoredMessage, Whisper } from "../workspace.ts";

/** Everything that one person sees of a workspace, ready to be drawn. */
export function pictureOf(team: Team, me: string): object {
  const { workspace, seed } = team;
  const messages = workspace.messages.filter(({ deleted }) => !deleted);
  const files = workspace.files.filter(({ channel }) => channel !== null);
  return {
    team: seed.name,
    bot: { id: seed.bot.userId, name: "TraceOps" },
    people: seed.people.map(({ id, realName }) => ({ id, name: realName })),
    names: Object.fromEntries([[seed.bot.userId, "TraceOps"], ...seed.people.map(({ id }) => [id, team.nameOf(id)])]),
    channels: seed.channels.map(({ id, name, isPrivate }) => ({ id, name, isPrivate: isPrivate ?? false })),
    messages: [
      ...messages.map((message) => drawn(team, message)),
      ...workspace.whispersTo(me).map((whisper) => whispered(team, whisper)),
      ...files.map((file) => shared(team, file)),
    ].toSorted((a, b) => (a.ts < b.ts ? -1 : 1)),
    home: workspace.homes.get(me) ?? null,
    window: topWindow(team, me) ?? null,
    canvases: workspace.canvases,
    entity: workspace.entityDetails.at(-1) ?? null,
  };
}

/** What every entry of a channel has. */
const PLAIN = { text: "", blocks: null, edits: 0, reactions: [], unfurls: [], file: null };

function drawn(team: Team, message: StoredMessage) {
  return {
    kind: "message",
    channel: message.channel,
    ts: message.ts,
    threadTs: message.threadTs,
    user: message.user,
    name: team.nameOf(message.user),
    text: message.text,
    blocks: message.blocks ?? null,
    edits: message.edits,
    reactions: [...message.reactions].map(([name, users]) => ({ name, users: [...users] })),
    unfurls: [...message.unfurls].map(([url, what]) => ({ url, what })),
    file: null,
  };
}

function whispered(team: Team, whisper: Whisper) {
  const { channel, ts, threadTs, text } = whisper;
  const bot = team.seed.bot.userId;
  const shown = { kind: "whisper", channel, ts, threadTs, user: bot, name: team.nameOf(bot) };
  return { ...PLAIN, ...shown, text, blocks: whisper.blocks ?? null };
}

function shared(team: Team, file: SharedFile) {
  const bot = team.seed.bot.userId;
  const shown = { kind: "file", channel: file.channel ?? "", ts: file.ts ?? "", threadTs: file.threadTs, user: bot };
  return { ...PLAIN, ...shown, name: team.nameOf(bot), file: { id: file.id, name: file.filename } };
}
