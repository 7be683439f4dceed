import { wordsTable } from "./words.ts";

/** The document about the words, for people who read before they type. */
export function wordsPage(): string {
  return `# Words in Slack

Type them after \`/traceops\`, after a mention of the bot (\`@traceops why\`), or in a direct message to it. Slack has no
slash commands in threads: there, mention the bot. This page is generated from the code; \`/traceops help\` shows the same.

${wordsTable()}

**Which incident.** An id such as \`INC-7\` names it. Without one it is the incident of this thread, else the newest open one
with a card in this channel, else the only open one. When that leaves several, or several in this channel for a word that
changes something, a menu asks which.

**Who reads it.** The answer to a command is for the person who typed it. "Share to channel" asks the same again, as of that
moment, and posts the answer with the name of who shared it. The answer to a mention stands in the thread.

**How long it takes.** Something is said within three seconds. When an answer has to read other systems first, it takes the
place of that first word later.

**In whose name.** Words that change something are done as the person who typed or pressed, and say so where others look.
\`resolve\` asks once more, because everybody feels it. \`undo\` takes back your own last word only.
`;
}
