import { literal } from "../../../core/presentation/words.ts";
import { cutSafe, joinSafe, type Safe, safe } from "../../../core/safe.ts";
import { context, section } from "../drawing/blocks.ts";
import type { Drawing } from "../drawing/message.ts";
import { escaped, joinMd, type Mrkdwn, md } from "../drawing/mrkdwn.ts";
import { ALL_WORDS, GROUPS, helpOf, seenBy, type Word } from "./words.ts";

/** All words in six lines; after an unknown word with the closest one first. */
export function helpReply(command: Safe, unknown?: { readonly typed: Safe; readonly closest: Word | null }): Drawing {
  const title = md`*Words that TraceOps knows*`;
  const lines = Object.entries(GROUPS).map(([group, name]) => md`*${escaped(name)}:* ${wordsOf(group)}`);
  const opening = unknown === undefined ? [] : [unknownWord(unknown)];
  const hint = md`\`${escaped(command)} help changes\` explains one of them. All work after ${escaped(command)}, after a mention of the bot in a thread, and in a direct message to it. Without an incident: the one of this thread, else the newest open one of this channel.`;
  return {
    text: unknown === undefined ? md`Words that TraceOps knows: ${escaped(allNames())}` : unknownWord(unknown),
    blocks: [section("help", joinMd([...opening, title, ...lines], "\n")), context("hint", hint)],
  };
}

function wordsOf(group: string): Mrkdwn {
  const words = ALL_WORDS.filter((word) => helpOf(word).group === group);
  return joinMd(
    words.map((word) => md`\`${escaped(literal(word))}\``),
    " · ",
  );
}

function allNames(): Safe {
  return joinSafe(ALL_WORDS.map(literal), ", ");
}

/** One word: what it does, how to type it, an example, who reads the answer. */
export function wordReply(command: Safe, word: Word): Drawing {
  const { usage, does, example } = helpOf(word);
  const lines = [
    md`\`${escaped(safe`${command} ${usage}`)}\``,
    md`It ${escaped(does)}.`,
    md`*For example:* \`${escaped(safe`${command} ${example}`)}\``,
    md`*Who reads the answer:* ${escaped(seenBy(word))}.`,
  ];
  return { text: escaped(safe`${literal(word)} ${does}`), blocks: [section("word", joinMd(lines, "\n"))] };
}

function unknownWord({ typed, closest }: { readonly typed: Safe; readonly closest: Word | null }): Mrkdwn {
  const word = escaped(cutSafe(typed, 40));
  if (closest === null) return md`There is no word "${word}".`;
  return md`There is no word "${word}". Did you mean \`${escaped(helpOf(closest).usage)}\`?`;
}
