import { join } from "node:path";

/** One text of one file of the program and what stands there instead. */
export interface Edit {
  /** The end of the file's path. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A change to the program that a good suite has to notice. */
export interface Mutant {
  readonly breaks: string;
  readonly edits: readonly Edit[];
}

/**
 * Negative controls: with each of these a run has to fail, or the counting is blind. They are made while a module is
 * loaded, by a preload that only this suite hands to a process, and loading fails when the text is not there any more.
 */
export const MUTANTS = {
  retries: {
    breaks: "Slack's library repeats a post whose answer got lost",
    edits: [
      {
        file: "src/surfaces/slack/client.ts",
        find: "retryConfig: { retries: 0 }",
        replace: "retryConfig: { retries: 10, factor: 1.5, minTimeout: 100, maxTimeout: 2000 }",
      },
    ],
  },
  "no-lookup": {
    breaks: "a post whose answer got lost is repeated without looking for it",
    edits: [
      {
        file: "src/surfaces/slack/delivery/settle.ts",
        find: "await lookUp(client, { channel, threadTs, nonce: row.nonce, attemptAtMs })",
        replace: '{ status: "not-found" } as Awaited<ReturnType<typeof lookUp>>',
      },
    ],
  },
  "ack-before-commit": {
    breaks: "a webhook is acknowledged before it is durable",
    edits: [
      {
        file: "src/app/receive-delivery.ts",
        find: "const stored = await inbox.store({ tenant, source: sender.name, dedupKey, delivery: { raw, receivedAtMs } });",
        replace:
          'const stored = "stored" as "stored" | "duplicate"; inbox.store({ tenant, source: sender.name, dedupKey, delivery: { raw, receivedAtMs } }).catch(() => undefined);',
      },
    ],
  },
  "done-before-effect": {
    breaks: "a job counts as done before its effects are there",
    edits: [
      {
        file: "src/queue/run-row.ts",
        find: "const work = start(deps.handlers, row, signal);",
        replace: "await deps.outbox.done(row.id); const work = start(deps.handlers, row, signal);",
      },
    ],
  },
  "no-sweep": {
    breaks: "work that the queue or a dead worker lost is never told again",
    edits: [
      {
        file: "src/queue/outbox.ts",
        find: "AND (dispatched_at IS NULL OR dispatched_at <= $3)",
        replace: "AND dispatched_at IS NULL AND $3::timestamptz IS NOT NULL",
      },
    ],
  },
  "arrival-order": {
    breaks: "events count in the order in which they arrived",
    edits: [
      {
        file: "src/core/incident-fold.ts",
        find: "if (byTime !== 0) return byTime;",
        replace: "if (byTime !== 0) return 0;",
      },
    ],
  },
  "no-lock": {
    breaks: "two workers may write the same incident, and neither notices the other",
    edits: [
      {
        file: "src/queue/locks.ts",
        find: "await inTurn(() => ask(client, TAKE[names.length], names))",
        replace: "names.length",
      },
      {
        file: "src/store/outbound-messages.ts",
        find: "where: { id: BigInt(message.id), state: message.state, attempt: message.attempt, bodyHash: message.bodyHash },",
        replace: "where: { id: BigInt(message.id) },",
      },
    ],
  },
  "no-fence": {
    breaks: "a worker that lost its locks while it stood still writes over what another one did meanwhile",
    edits: [
      {
        file: "src/store/outbound-messages.ts",
        find: "where: { id: BigInt(message.id), state: message.state, attempt: message.attempt, bodyHash: message.bodyHash },",
        replace: "where: { id: BigInt(message.id) },",
      },
    ],
  },
} as const satisfies Readonly<Record<string, Mutant>>;

export type MutantName = keyof typeof MUTANTS;

export function isMutant(name: string): name is MutantName {
  return Object.hasOwn(MUTANTS, name);
}

/** The program's patience made short, so that a test of minutes sees what takes an hour at Slack's own pace. No mutant: all hold. */
const SHORT_WAITS: readonly Edit[] = [
  {
    file: "src/surfaces/slack/delivery/postbox.ts",
    find: "export const SETTLE_MS = 30_000;",
    replace: "export const SETTLE_MS = 6_000;",
  },
  {
    file: "src/surfaces/slack/delivery/postbox.ts",
    find: "export const ANSWERED_SETTLE_MS = 6_000;",
    replace: "export const ANSWERED_SETTLE_MS = 1_500;",
  },
  // The distance of edits has to stay well below the wait for a late one, as it is in the program.
  {
    file: "src/surfaces/slack/delivery/edit.ts",
    find: "const EDIT_EVERY_MS = { root: 3000, reply: 5000 };",
    replace: "const EDIT_EVERY_MS = { root: 300, reply: 500 };",
  },
  {
    file: "src/surfaces/slack/delivery/chart-file.ts",
    find: "const UPLOAD_EVERY_MS = 60_000;",
    replace: "const UPLOAD_EVERY_MS = 3_000;",
  },
  {
    file: "src/surfaces/slack/delivery/lookup.ts",
    find: "const LATER_MS = 5_000;",
    replace: "const LATER_MS = 1_000;",
  },
  {
    file: "src/surfaces/pagerduty/deliver-note.ts",
    find: "const LOOK_AGAIN_MS = 15_000;\nconst LIMITED_MS = 30_000;",
    replace: "const LOOK_AGAIN_MS = 2_000;\nconst LIMITED_MS = 3_000;",
  },
  {
    file: "src/surfaces/pagerduty/notebook.ts",
    find: "export const SETTLE_MS = 30_000;",
    replace: "export const SETTLE_MS = 6_000;",
  },
  {
    file: "src/surfaces/pagerduty/notebook.ts",
    find: "const MAX_PAUSE_MS = 5 * 60_000;",
    replace: "const MAX_PAUSE_MS = 12_000;",
  },
  {
    file: "src/surfaces/pagerduty/edit-note.ts",
    find: "const RETRY_MS = 10_000;",
    replace: "const RETRY_MS = 1_000;",
  },
];

/** Where PagerDuty is: its library speaks HTTPS to a host only. No mutant. */
const PAGERDUTY_HERE: readonly Edit[] = [
  {
    file: "src/platform/clients/pagerduty-rest.ts",
    find: "server: host,",
    replace: 'server: host, url: `${process.env["CHAOS_PAGERDUTY"]}/${call.path.replace(/^\\/+/u, "")}`,',
  },
];

/** The edits by name, separated by commas: mutants, "short-waits" and "pagerduty-here". Throws on a name that is none. */
export function editsOf(names: string): readonly Edit[] {
  return names.split(",").flatMap((name): readonly Edit[] => {
    if (name === "") return [];
    if (name === "short-waits") return SHORT_WAITS;
    if (name === "pagerduty-here") return PAGERDUTY_HERE;
    if (!isMutant(name))
      throw new TypeError(`there is no mutant "${name}"; there are ${Object.keys(MUTANTS).join(", ")}`);
    return MUTANTS[name].edits;
  });
}

/** How processes are started with these edits. Without the preload the variable means nothing. */
export function withEdits(...names: readonly string[]): {
  readonly preloads: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
} {
  if (names.length === 0) return { preloads: [], environment: {} };
  return { preloads: [join(import.meta.dirname, "preload-edits.ts")], environment: { CHAOS_EDITS: names.join(",") } };
}
