import type { Command } from "./command.ts";

/** A command as the help page shows it. Its file is loaded only when it runs: most need a database client and more. */
export interface CommandEntry extends Pick<Command, "summary" | "usage"> {
  readonly load: () => Promise<Command>;
}

/** The words that follow `traceops`, in the order of the help page; summary and usage are those of the command itself. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  start: {
    summary: "Everything in one process: the demo while nothing is configured, the real bot afterwards.",
    usage: "[--once] [--json]",
    load: async () => (await import("./start.ts")).start,
  },
  demo: {
    summary: "Replays a demo incident through the real pipeline and prints the answer.",
    usage: "[scenario] [--once] [--json] [--list]",
    load: async () => (await import("./demo.ts")).demo,
  },
  analyze: {
    summary: "Reads log files, folders or an incident bundle and prints timeline and ranked causes.",
    usage: "<path…> [--repo <git checkout>] [--at <ISO time of the alert>] [--service <name>] [--json]",
    load: async () => (await import("./analyze.ts")).analyze,
  },
  serve: {
    summary: "Takes webhooks and shows pages; give it --work to do the work in the same process.",
    usage: "[--work]",
    load: async () => (await import("./serve.ts")).serve,
  },
  worker: {
    summary: "Does the work: investigations, messages, learning. Start as many as you like.",
    usage: "",
    load: async () => (await import("./worker.ts")).worker,
  },
  migrate: {
    summary: "Brings the database's schema up to date.",
    usage: "",
    load: async () => (await import("./migrate.ts")).migrate,
  },
  backup: {
    summary: "Writes everything that is stored to one file, while the bot goes on working.",
    usage: "--out <file or folder> [--every <seconds> [--keep <how many>]]",
    load: async () => (await import("./backup.ts")).backup,
  },
  restore: {
    summary: "Puts a backup into an empty database.",
    usage: "--from <file>",
    load: async () => (await import("./restore.ts")).restore,
  },
  "erase-person": {
    summary: "Replaces a person by a pseudonym in everything that is stored, and prints a receipt.",
    usage: "<Slack user id | e-mail address>… [--name <name as shown>]… [--json]",
    load: async () => (await import("./erase-person.ts")).erasePersonCommand,
  },
  "erase-incident": {
    summary: "Says what is kept of an incident, and with --yes removes it for good.",
    usage: "<incident id> [--yes] [--force] [--json]",
    load: async () => (await import("./erase-incident.ts")).eraseIncidentCommand,
  },
  requeue: {
    summary:
      "Tries again what waits in quarantine; with --ambiguous also messages that may or may not stand: one may then stand twice.",
    usage: "[--ambiguous]",
    load: async () => (await import("./requeue.ts")).requeue,
  },
  doctor: {
    summary: "Checks every integration with one cheap call and says the exact fix.",
    usage: "",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  deploy: {
    summary: "Announces a deploy to a running TraceOps, from any CI.",
    usage:
      "--service <name> --version <version> [--url <link>] [--environment production] [--at <ISO time>] [--by <name>] [--summary <text>] [--to <TraceOps address>] [--token <ingest token>]",
    load: async () => (await import("./deploy.ts")).deploy,
  },
  "send-sample": {
    summary: "Sends a signed test alert to a running TraceOps.",
    usage: "[--source pagerduty|alertmanager|generic] [--to <TraceOps address>] [--secret <secret>]",
    load: async () => (await import("./send-sample.ts")).sendSample,
  },
  replay: {
    summary: "Thinks a past incident, or a bundle, again from its records; asks nobody.",
    usage: "<incident id | bundle folder> [--json]",
    load: async () => (await import("./replay.ts")).replay,
  },
  postmortem: {
    summary: "Prints the postmortem of an incident, people's edits included.",
    usage: "<incident id> [--format markdown|html|json]",
    load: async () => (await import("./postmortem.ts")).postmortem,
  },
  graph: {
    summary: "Draws who calls a service and whom it calls, as kept here or from files.",
    usage: "<service> [--depth 1-3] [--words] [--json] [--in <bundle, folder or log file>]",
    load: async () => (await import("./graph.ts")).graph,
  },
  audit: {
    summary: "Checks that nobody changed the audit trail, and prints its head for keeping elsewhere.",
    usage: "verify [--head <number>:<hash noted earlier>] [--json]",
    load: async () => (await import("./audit.ts")).audit,
  },
  mcp: {
    summary: "Answers a coding agent over MCP on stdin and stdout.",
    usage: "",
    load: async () => (await import("./mcp.ts")).mcp,
  },
};

/** The words that follow `traceops`, in the order of the help page. */
export function commandNames(): readonly string[] {
  return Object.keys(commands);
}
