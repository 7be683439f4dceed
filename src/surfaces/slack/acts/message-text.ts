import { type EpochMs, epochMs } from "../../../core/ids.ts";

/** A message as people read it: Slack's marks for people, channels and links as words, its escapes taken off. */
export function readableText(text: string): string {
  return text
    .replaceAll(/<@(?<user>[^>|]*)(?:\|(?<name>[^>]*))?>/gu, (_, user: string, name?: string) => `@${name ?? user}`)
    .replaceAll(/<#(?<id>[^>|]*)(?:\|(?<name>[^>]*))?>/gu, (_, id: string, name?: string) => `#${name ?? id}`)
    .replaceAll(/<!(?<mark>[^>|]*)\|(?<label>[^>]*)>/gu, "$<label>")
    .replaceAll(/<!(?<mark>[^>|^]*)[^>|]*>/gu, "@$<mark>")
    .replaceAll(/<(?<url>[^>|]+)\|\k<url>>/gu, "$<url>")
    .replaceAll(/<(?<url>[^>|]+)\|(?<label>[^>]*)>/gu, "$<label> ($<url>)")
    .replaceAll(/<(?<url>[^>|]+)>/gu, "$<url>")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .trim();
}

/** When a message was written; null when its name holds no time. */
export function writtenAt(ts: string): EpochMs | null {
  return /^\d{9,11}\.\d+$/u.test(ts) ? epochMs(Math.floor(Number(ts) * 1000)) : null;
}

/** One message of one workspace, named for ever: a note with this key is added once. */
export function messageKey(at: { readonly team: string; readonly channel: string; readonly ts: string }): string {
  return ["slack", at.team, at.channel, at.ts].join("/");
}
