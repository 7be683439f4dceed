import { type AuditHead, type TrailFinding, verifyTrail } from "../app/access/audit-trail.ts";
import { AppError } from "../app/errors.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import { trailSeal } from "../main/access.ts";
import { dataDirOf, openDatabase } from "../main/database.ts";
import { openSecrets } from "../main/secrets.ts";
import { systemClock } from "../platform/clock.ts";
import { createStore } from "../store/create-store.ts";
import { type Command, isOn, textOption } from "./command.ts";
import { loadConfig } from "./settings.ts";

/** Reads the whole audit trail and says whether it holds; 1 when it does not. */
export const audit: Command = {
  summary: "Checks that nobody changed the audit trail, and prints its head for keeping elsewhere.",
  usage: "verify [--head <number>:<hash noted earlier>] [--json]",
  options: { head: { type: "string" }, json: { type: "boolean" } },
  async run(args, io) {
    if (args.positionals.join(" ") !== "verify") {
      throw new AppError("invalid-input", "Type it like this: traceops audit verify");
    }
    const noted = headIn(textOption(args, "head"));
    const config = loadConfig(io);
    if (!config) return 2;
    const seal = trailSeal(openSecrets({ given: config.core.TRACEOPS_SECRET, dataDir: dataDirOf(config) }));
    const database = await openDatabase(config);
    try {
      const store = await createStore(database.connectionString, { clock: systemClock });
      const finding = await verifyTrail(store.auditStore, DEFAULT_TENANT, { seal, noted });
      await store.close();
      io.out(isOn(args, "json") ? `${JSON.stringify(finding)}\n` : `${trailWords(finding)}\n`);
      return finding.status === "whole" ? 0 : 1;
    } finally {
      await database.close();
    }
  },
};

/** What was found, and what to do about it. */
export function trailWords(finding: TrailFinding): string {
  if (finding.status === "whole") {
    const { head } = finding;
    if (head === null) return "The audit trail is empty.";
    return `The audit trail holds: ${head.sequence} entries. Its head, to note elsewhere: ${head.sequence}:${head.hash}`;
  }
  const { at, because } = finding;
  return `The audit trail does not hold from entry ${at} on: ${BROKEN[because]}. Keep a copy of the database, and compare with a backup.`;
}

const BROKEN: Readonly<Record<Extract<TrailFinding, { status: "broken" }>["because"], string>> = {
  changed: "this entry, or the one before it, is not what was written, or TRACEOPS_SECRET is another one than it was",
  gap: "an entry is missing, or one came in between",
  "cut-off": "the noted head is not there, so the end was cut off",
  "other-end": "the entry with the number of the noted head is another one",
};

function headIn(text: string | undefined): AuditHead | null {
  if (text === undefined) return null;
  const match = /^(?<sequence>\d{1,15}):(?<hash>[0-9a-f]{64})$/u.exec(text);
  const { sequence = "", hash = "" } = match?.groups ?? {};
  if (match === null)
    throw new AppError("invalid-input", "--head takes what an earlier check printed: <number>:<hash>.");
  return { sequence: Number(sequence), hash };
}
