import { type Safe, safe } from "../../../core/safe.ts";

export interface WordHelp {
  readonly usage: Safe;
  readonly does: Safe;
  readonly example: Safe;
  /** Where it stands in the help. */
  readonly group: WordGroup;
  /** True: it changes something. Those who only read may be shared with a channel. */
  readonly acts: boolean;
  /** What is said at once when the answer takes long. */
  readonly wait?: Safe;
}

/** The words by what somebody wants, in this order. */
export const GROUPS = {
  read: safe`About an incident`,
  services: safe`About services`,
  act: safe`Doing something about an incident`,
  keep: safe`Writing it down`,
  channel: safe`Quiet and channels`,
  install: safe`About TraceOps`,
} as const;

export type WordGroup = keyof typeof GROUPS;

/** Every word that works after the slash command, after a mention and in a direct message. Help, manifest and docs are made from it. */
export const WORDS = {
  help: {
    usage: safe`help [word]`,
    does: safe`shows these words, or one of them with an example`,
    example: safe`help changes`,
    group: "install",
    acts: false,
  },
  list: {
    usage: safe`list [open | today | service]`,
    does: safe`shows the open incidents, those of today, or those of a service`,
    example: safe`list today`,
    group: "read",
    acts: false,
  },
  status: {
    usage: safe`status [incident]`,
    does: safe`says where an incident stands`,
    example: safe`status INC-7`,
    group: "read",
    acts: false,
  },
  catchup: {
    usage: safe`catchup [incident]`,
    does: safe`brings somebody who comes late up to date, in ten lines`,
    example: safe`catchup`,
    group: "read",
    acts: false,
  },
  why: {
    usage: safe`why [incident] [number]`,
    does: safe`shows the points for and against the first cause, or the one with that number, and the other causes`,
    example: safe`why 2`,
    group: "read",
    acts: false,
  },
  timeline: {
    usage: safe`timeline [incident]`,
    does: safe`shows what happened, in order`,
    example: safe`timeline INC-7`,
    group: "read",
    acts: false,
  },
  page: {
    usage: safe`page [incident]`,
    does: safe`gives a link that opens the incident's page for 15 minutes, in any browser`,
    example: safe`page INC-7`,
    group: "read",
    acts: false,
  },
  similar: {
    usage: safe`similar [incident]`,
    does: safe`shows earlier incidents like this one, how they ended and what people noted`,
    example: safe`similar`,
    group: "read",
    acts: false,
    wait: safe`Comparing with the earlier incidents, this takes some seconds …`,
  },
  changes: {
    usage: safe`changes [service] [30m, 2h, 1d]`,
    does: safe`shows what changed, from every source that tells of changes; two hours when no time is given`,
    example: safe`changes checkout 2h`,
    group: "services",
    acts: false,
    wait: safe`Looking through every source that tells of changes, this takes up to 20 s …`,
  },
  graph: {
    usage: safe`graph <service>`,
    does: safe`says who calls a service and whom it calls`,
    example: safe`graph checkout`,
    group: "services",
    acts: false,
  },
  investigate: {
    usage: safe`investigate <service> [30m, 2h, 1d]`,
    does: safe`looks into a service without an alert, from that long ago on; the card comes into this channel`,
    example: safe`investigate checkout 30m`,
    group: "services",
    acts: true,
  },
  oncall: {
    usage: safe`oncall [service]`,
    does: safe`says who is called first for a service right now; without one for this incident's service`,
    example: safe`oncall checkout`,
    group: "services",
    acts: false,
    wait: safe`Asking who is on call, this takes some seconds …`,
  },
  ack: {
    usage: safe`ack [incident]`,
    does: safe`acknowledges it where the alert came from, as you`,
    example: safe`ack`,
    group: "act",
    acts: true,
    wait: safe`Asking the system that sent the alert, this takes some seconds …`,
  },
  resolve: {
    usage: safe`resolve [incident]`,
    does: safe`resolves it where the alert came from, as you, after one more question`,
    example: safe`resolve INC-7`,
    group: "act",
    acts: true,
  },
  cause: {
    usage: safe`cause [incident] <number or text>`,
    does: safe`names the cause: a number from the list of causes, or your own words`,
    example: safe`cause 1`,
    group: "act",
    acts: true,
  },
  note: {
    usage: safe`note [incident] <text>`,
    does: safe`adds a note to the timeline`,
    example: safe`note rolled back to v411`,
    group: "keep",
    acts: true,
  },
  update: {
    usage: safe`update [incident] <text>`,
    does: safe`puts news for everybody on the card`,
    example: safe`update rollback is running, checkout is slow until 14:40`,
    group: "keep",
    acts: true,
  },
  link: {
    usage: safe`link [incident] <address> [title]`,
    does: safe`attaches a page to the incident`,
    example: safe`link https://wiki.example.com/runbook Runbook of checkout`,
    group: "keep",
    acts: true,
  },
  undo: {
    usage: safe`undo [incident]`,
    does: safe`takes your last update, link, named cause or correction back`,
    example: safe`undo`,
    group: "keep",
    acts: true,
  },
  postmortem: {
    usage: safe`postmortem [incident]`,
    does: safe`drafts the postmortem into the thread`,
    example: safe`postmortem INC-7`,
    group: "keep",
    acts: true,
    wait: safe`Writing the draft, this takes some seconds …`,
  },
  export: {
    usage: safe`export [incident]`,
    does: safe`puts the whole answer as JSON into the thread, for an agent or a script`,
    example: safe`export INC-7`,
    group: "keep",
    acts: true,
    wait: safe`Putting the file together, this takes some seconds …`,
  },
  mute: {
    usage: safe`mute [service] [30m, 2h, 1d]`,
    does: safe`no new cards of a service for that long, one hour when no time is given; alone it shows what is muted`,
    example: safe`mute checkout 1h`,
    group: "channel",
    acts: true,
  },
  unmute: {
    usage: safe`unmute <service>`,
    does: safe`new cards of the service come again`,
    example: safe`unmute checkout`,
    group: "channel",
    acts: true,
  },
  watch: {
    usage: safe`watch [service]`,
    does: safe`new cards of a service come into this channel; alone it shows which ones do`,
    example: safe`watch checkout`,
    group: "channel",
    acts: true,
  },
  unwatch: {
    usage: safe`unwatch <service>`,
    does: safe`new cards of the service go to the usual channel again`,
    example: safe`unwatch checkout`,
    group: "channel",
    acts: true,
  },
  settings: {
    usage: safe`settings [deploys on | deploys off | quiet 22:00-07:00 | quiet off]`,
    does: safe`shows and changes what TraceOps sends to you alone`,
    example: safe`settings quiet 22:00-07:00`,
    group: "install",
    acts: true,
  },
  doctor: {
    usage: safe`doctor`,
    does: safe`checks every part of this install and says what to fix`,
    example: safe`doctor`,
    group: "install",
    acts: false,
    wait: safe`Checking every part of this install, this takes up to 20 s …`,
  },
  version: {
    usage: safe`version`,
    does: safe`says which version runs here`,
    example: safe`version`,
    group: "install",
    acts: false,
  },
} as const satisfies Record<string, WordHelp>;

export type Word = keyof typeof WORDS;

/** All words, in the order of the table. */
export const ALL_WORDS: readonly Word[] = Object.keys(WORDS).filter(isWord);

/** True when this is one of the words. */
export function isWord(text: string): text is Word {
  return Object.hasOwn(WORDS, text);
}

/** What the table says of one word. */
export function helpOf(word: Word): WordHelp {
  return WORDS[word];
}

/** Who reads the answer. */
export function seenBy(word: Word): Safe {
  return helpOf(word).acts
    ? safe`you; what it did stands on the card, in the thread or in the lists`
    : safe`you, until you share it; after a mention everybody in the thread`;
}

/** The words as a table in Markdown, for the document about them. */
export function wordsTable(): string {
  const rows = ALL_WORDS.map((word) => {
    const { usage, does, example, acts } = helpOf(word);
    const cells = [`\`${usage}\``, does, `\`${example}\``, acts ? "yes" : "no"];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| type | what it does | example | changes something |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
