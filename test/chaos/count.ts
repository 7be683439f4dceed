import { isJson, text } from "../../dev/slack/json.ts";
import type { HeldNote } from "./pagerduty.ts";
import type { HeldMessage } from "./slack/store.ts";
import { type Case, type Expected, SERVICE } from "./story.ts";

/** What the counting found. Everything but `incidents` and `removed` has to be zero. */
export interface Count {
  readonly incidents: number;
  /** Incidents without a card. */
  readonly lost: number;
  readonly duplicateRoots: number;
  readonly missingReplies: number;
  readonly duplicateReplies: number;
  /** Cards that do not say what the facts say by their own times. */
  readonly wrongStates: number;
  /** Votes that were answered and do not stand in the reply with the causes. */
  readonly lostVotes: number;
  /** Messages of ours that belong to no incident of the story, or stand outside their thread. */
  readonly strays: number;
  readonly missingNotes: number;
  readonly duplicateNotes: number;
  /** Doubles that the program found and took away again: harmless in the end, but seen by people. */
  readonly removed: number;
  /** The first few problems in words. */
  readonly problems: readonly string[];
}

const MAX_PROBLEMS = 20;
/** Replies that every answered incident has. */
const REPLIES = ["timeline", "hypotheses"] as const;

interface Marked {
  readonly message: HeldMessage;
  readonly kind: string;
  readonly incident: string;
  /** The same in every attempt at one message. */
  readonly nonce: string;
}

/** Counts in what Slack holds, never in what the program believes. */
export function count(cases: readonly Case[], messages: readonly HeldMessage[]): Count {
  const marked = messages.flatMap(marks);
  const standing = marked.filter(({ message }) => !message.deleted);
  const roots = rootsByService(standing);
  const threads = Map.groupBy(standing, ({ message }) => `${message.channel}/${message.threadTs ?? "-"}`);
  const found = cases.map((told) => countCase(told, { roots, threads }));
  const known = new Set(cases.map(({ service }) => service));
  const strays = standing.filter((each) => isStray(each, known));
  const sum = (of: (each: CaseCount) => number) => found.reduce((total, each) => total + of(each), 0);
  const problems = found.flatMap((each) => each.problems);
  return {
    incidents: cases.length,
    lost: sum(({ lost }) => lost),
    duplicateRoots: sum(({ duplicateRoots }) => duplicateRoots),
    missingReplies: sum(({ missingReplies }) => missingReplies),
    duplicateReplies: sum(({ duplicateReplies }) => duplicateReplies),
    wrongStates: sum(({ wrongStates }) => wrongStates),
    lostVotes: sum(({ lostVotes }) => lostVotes),
    strays: strays.length,
    missingNotes: 0,
    duplicateNotes: 0,
    removed: marked.length - standing.length,
    problems: [...problems, ...strays.map(({ message, kind }) => `stray ${kind}: ${message.text}`)].slice(
      0,
      MAX_PROBLEMS,
    ),
  };
}

/** True when nothing was lost, doubled, left out or wrong. */
export function holds(found: Count): boolean {
  const { lost, duplicateRoots, missingReplies, duplicateReplies, wrongStates, lostVotes, strays } = found;
  const inPagerDuty = found.missingNotes + found.duplicateNotes;
  const wrong = wrongStates + lostVotes + strays;
  return lost + duplicateRoots + missingReplies + duplicateReplies + wrong + inPagerDuty === 0;
}

/** Notes as PagerDuty holds them: one of each incident. Null when none are written. */
export function countNotes(
  cases: readonly Case[],
  notes: readonly HeldNote[] | null,
): Pick<Count, "missingNotes" | "duplicateNotes"> {
  if (notes === null) return { missingNotes: 0, duplicateNotes: 0 };
  const held = Map.groupBy(notes, ({ incident }) => incident);
  const counts = cases.map(({ externalId }) => held.get(externalId)?.length ?? 0);
  return {
    missingNotes: counts.filter((each) => each === 0).length,
    duplicateNotes: counts.reduce((sum, each) => sum + Math.max(0, each - 1), 0),
  };
}

interface Held {
  readonly roots: ReadonlyMap<string, readonly Marked[]>;
  readonly threads: ReadonlyMap<string, readonly Marked[]>;
}

type CaseCount = Omit<Count, "incidents" | "strays" | "missingNotes" | "duplicateNotes" | "removed">;

function countCase({ service, expected }: Case, { roots, threads }: Held): CaseCount {
  const [root, ...doubles] = roots.get(service) ?? [];
  if (root === undefined) {
    return { ...NOTHING, lost: 1, missingReplies: REPLIES.length, wrongStates: 1, problems: [`${service}: no card`] };
  }
  const replies = [root, ...doubles].flatMap(({ message }) => threads.get(`${message.channel}/${message.ts}`) ?? []);
  const missing = missingOf(expected, replies);
  const surplus = replies.filter((reply, index) => replies.slice(0, index).some((earlier) => isSame(earlier, reply)));
  const said = stateOf(root.message);
  const isWrong = wordsOf(said) !== wordsOf(expected);
  const isVoteLost =
    expected.isConfirmed && !replies.some(({ kind, message }) => kind === "hypotheses" && saysVote(message));
  return {
    ...NOTHING,
    duplicateRoots: doubles.length,
    missingReplies: missing.length,
    duplicateReplies: surplus.length,
    wrongStates: isWrong ? 1 : 0,
    lostVotes: isVoteLost ? 1 : 0,
    problems: [
      ...(doubles.length > 0 ? [`${service}: ${doubles.length + 1} cards`] : []),
      ...missing.map((kind) => `${service}: no ${kind}`),
      ...surplus.map(({ kind }) => `${service}: one more ${kind}`),
      ...(isVoteLost ? [`${service}: no vote under its causes`] : []),
      ...(isWrong ? [`${service}: says ${wordsOf(said)} instead of ${wordsOf(expected)}`] : []),
    ],
  };
}

function missingOf({ state }: Expected, replies: readonly Marked[]): readonly string[] {
  const missing = REPLIES.filter((kind) => !replies.some((reply) => reply.kind === kind));
  const isEndTold = state !== "resolved" || replies.some(saysItIsOver);
  return isEndTold ? missing : [...missing, "word that it is over"];
}

const NOTHING = {
  lost: 0,
  duplicateRoots: 0,
  missingReplies: 0,
  duplicateReplies: 0,
  wrongStates: 0,
  lostVotes: 0,
};

/**
 * Timeline and causes stand once; of changes of mind every one is a line of its own. Two copies of one line are told by
 * what they carry, because one of them may have been edited since.
 */
function isSame(earlier: Marked, later: Marked): boolean {
  if (earlier.kind !== later.kind) return false;
  if (later.kind !== "change") return true;
  return earlier.nonce === later.nonce || earlier.message.text === later.message.text;
}

/** Who waits in the thread hears that it is over. */
function saysItIsOver({ kind, message }: Marked): boolean {
  return kind === "change" && /\bresolved\b[,:]/iu.test(message.text);
}

function rootsByService(standing: readonly Marked[]): ReadonlyMap<string, readonly Marked[]> {
  const roots = standing.filter(({ kind, message }) => kind === "root" && message.threadTs === null);
  return Map.groupBy(roots, ({ message }) => serviceIn(message));
}

function serviceIn({ text: words, blocks }: HeldMessage): string {
  return SERVICE.exec(words)?.[0] ?? SERVICE.exec(JSON.stringify(blocks ?? []))?.[0] ?? "";
}

function isStray({ message, kind }: Marked, known: ReadonlySet<string>): boolean {
  if (kind !== "root") return message.threadTs === null;
  return message.threadTs !== null || !known.has(serviceIn(message));
}

function marks(message: HeldMessage): readonly Marked[] {
  const { metadata } = message;
  const payload = isJson(metadata) && isJson(metadata["event_payload"]) ? metadata["event_payload"] : null;
  if (payload === null) return [];
  const [kind, incident, nonce] = [payload["kind"], payload["incident"], payload["nonce"]].map(text);
  return [{ message, kind: kind ?? "", incident: incident ?? "", nonce: nonce ?? "" }];
}

interface Said {
  readonly state: Expected["state"] | "unreadable";
  readonly priority: string;
  readonly isDismissed: boolean;
}

/** What the card says, read as a person would: its words, no hidden fields. */
export function stateOf({ text: words, blocks }: HeldMessage): Said {
  return saidIn(`${words} ${JSON.stringify(blocks ?? [])}`);
}

/** Whether a reply with causes names somebody who voted "This was it"; the buttons have these words without quotes. */
export function saysVote(message: HeldMessage | undefined): boolean {
  return JSON.stringify(message?.blocks ?? []).includes('\\"This was it\\"');
}

/** Every version of a card, with the times of the call and of its effect. */
export function statesOf({ history }: HeldMessage): readonly string[] {
  return history.map(({ calledMs, storedMs, words }) => {
    const late = storedMs - calledMs > 100 ? `, in effect ${storedMs - calledMs} ms later` : "";
    return `${new Date(calledMs).toISOString().slice(11, 23)} says ${wordsOf(saidIn(words))}${late}`;
  });
}

function saidIn(all: string): Said {
  return {
    state: stateIn(all),
    priority: /\b(P\d) · /u.exec(all)?.[1] ?? "none",
    isDismissed: all.includes("Not an incident, says"),
  };
}

function stateIn(words: string): Said["state"] {
  if (words.includes("*Resolved · ")) return "resolved";
  if (words.includes("not acknowledged")) return "triggered";
  return words.includes("acknowledged by ") ? "acknowledged" : "unreadable";
}

function wordsOf({ state, priority, isDismissed }: Said): string {
  return `${state} ${priority}${isDismissed ? " dismissed" : ""}`;
}
