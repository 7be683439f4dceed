import { createHmac } from "node:crypto";
import { AppError } from "../app/errors.ts";
import { dataDirOf, openDatabase } from "../main/database.ts";
import { openSecrets } from "../main/secrets.ts";
import { auditSeal } from "../platform/audit-seal.ts";
import { type ErasureReceipt, erasePerson } from "../store/erasure/erase-person.ts";
import type { Command } from "./command.ts";
import { keepAct, keptWords } from "./keep-act.ts";
import { loadConfig } from "./settings.ts";

const MAX_NAMES = 50;

/** Forgets a person: in every table a pseudonym takes the place of ids, addresses and names, and what they wrote goes. */
export const erasePersonCommand: Command = {
  summary: "Replaces a person by a pseudonym in everything that is stored, and prints a receipt.",
  usage: "<Slack user id | e-mail address>… [--name <name as shown>]… [--json]",
  options: { name: { type: "string", multiple: true }, json: { type: "boolean" } },
  async run(args, io) {
    const ids = args.positionals.map((id) => id.trim()).filter((id) => id !== "");
    const [first] = ids;
    if (first === undefined)
      throw new AppError("invalid-input", "Name a Slack user id, such as U0ABC1234, or an e-mail address.");
    const wrong = ids.find((id) => !/^(?:[UW][A-Z0-9]{2,30}|[^\s@]+@[^\s@]+)$/u.test(id));
    if (wrong !== undefined) {
      throw new AppError(
        "invalid-input",
        "Each argument must be a Slack user id (U…, W…) or an e-mail address; names go to --name.",
      );
    }
    const config = loadConfig(io);
    if (!config) return 2;
    const secrets = openSecrets({ given: config.core.TRACEOPS_SECRET, dataDir: dataDirOf(config) });
    const pseudonym = `person_${createHmac("sha256", secrets.derive("erasure")).update(first.toLowerCase()).digest("hex").slice(0, 12)}`;
    const database = await openDatabase(config);
    try {
      io.err(keptWords(await keepAct(database.connectionString, config, { action: "data.erase" })));
      const receipt = await erasePerson(database.connectionString, {
        person: { ids, names: namesOf(args.values["name"]), pseudonym },
        seal: auditSeal(secrets.derive("audit")),
      });
      io.out(
        args.values["json"] === true
          ? asJson(pseudonym, receipt)
          : asText(pseudonym, receipt, config.core.EVENT_RETENTION_HOURS),
      );
      return 0;
    } finally {
      await database.close();
    }
  },
};

function namesOf(given: unknown): readonly string[] {
  return (Array.isArray(given) ? given : []).filter((name) => typeof name === "string").slice(0, MAX_NAMES);
}

function asJson(pseudonym: string, { rows, isSettled }: ErasureReceipt): string {
  return `${JSON.stringify({ pseudonym, rows: Object.fromEntries(rows), isSettled })}\n`;
}

/** The receipt holds nothing of the person, so that it can be kept. */
function asText(pseudonym: string, { rows, isSettled }: ErasureReceipt, hours: number): string {
  const listed = [...rows].map(([table, count]) => `  ${table}: ${count} rows\n`).join("");
  const unsettled = isSettled
    ? ""
    : "Work that had begun before still runs and may write what it read: run this again in some minutes.\n";
  const audit = rows.has("audit_entry")
    ? "The audit trail was sealed again: heads of it that were noted elsewhere before do not fit any more.\n"
    : "";
  return (
    `${pseudonym} stands for this person from now on.\n${listed === "" ? "  nothing was stored of them\n" : listed}${unsettled}${audit}` +
    "Files of events that applications sent were not touched: whatever they say about this person stays in them for at most\n" +
    `${hours} h, and new answers may quote it until then. If they may name this person, run this again after ${hours} h.\n` +
    "Not touched either: backups, the program's log, and what stands in Slack, PagerDuty and other systems. Run it again\n" +
    "after restoring an older backup.\n"
  );
}
