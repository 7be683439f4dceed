import { AppError } from "../app/errors.ts";
import { incidentId } from "../core/ids.ts";
import { openDatabase } from "../main/database.ts";
import { eraseIncident, type IncidentReceipt } from "../store/erasure/erase-incident.ts";
import { type Command, isOn } from "./command.ts";
import { keepAct, keptWords } from "./keep-act.ts";
import { loadConfig } from "./settings.ts";

const ID_FORM = /^[\w.:-]{1,100}$/u;

/** Forgets an incident with everything that is about it. Without --yes it only says what would go. */
export const eraseIncidentCommand: Command = {
  summary: "Says what is kept of an incident, and with --yes removes it for good.",
  usage: "<incident id> [--yes] [--force] [--json]",
  options: { yes: { type: "boolean" }, force: { type: "boolean" }, json: { type: "boolean" } },
  async run(args, io) {
    const [id, ...more] = args.positionals;
    if (id === undefined || more.length > 0 || !ID_FORM.test(id))
      throw new AppError("invalid-input", "Name one incident, such as INC-7.");
    const config = loadConfig(io);
    if (!config) return 2;
    const isReal = isOn(args, "yes");
    const database = await openDatabase(config);
    try {
      const receipt = await eraseIncident(database.connectionString, {
        id,
        isReal,
        isForced: isOn(args, "force"),
        beforeRemoval: async () => {
          const act = { action: "data.erase", incident: incidentId(id) } as const;
          io.err(keptWords(await keepAct(database.connectionString, config, act)));
        },
      });
      const told = { id, isReal, receipt, days: config.core.WEBHOOK_RETENTION_DAYS };
      io.out(isOn(args, "json") ? asJson(told) : asText(told));
      return 0;
    } finally {
      await database.close();
    }
  },
};

interface Told {
  readonly id: string;
  readonly isReal: boolean;
  readonly receipt: IncidentReceipt;
  /** How long webhooks are kept as they came. */
  readonly days: number;
}

function asJson({ id, isReal, receipt: { rows, isSettled } }: Told): string {
  return `${JSON.stringify({ incident: id, erased: isReal, rows: Object.fromEntries(rows), isSettled })}\n`;
}

function asText({ id, isReal, receipt: { rows, isSettled }, days }: Told): string {
  const listed = [...rows].map(([table, count]) => `  ${table}: ${count} rows\n`).join("");
  if (!isReal) return `Of ${id} would go:\n${listed}Nothing was changed. Add --yes to remove it for good.\n`;
  const unsettled = isSettled
    ? ""
    : "Work that had begun before still runs and may write what it read: run this again in some minutes.\n";
  return (
    `${id} is gone:\n${listed}${unsettled}` +
    `Not touched: webhooks as they came (their bytes go ${days} days after they were worked off), events that applications sent,\n` +
    "answers about other incidents that name this one, what was learned from its votes until the next vote, the audit trail,\n" +
    "backups, and what stands in Slack, PagerDuty and other systems.\n"
  );
}
