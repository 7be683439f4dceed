import { verifyTrail } from "../app/access/audit-trail.ts";
import type { HealthFinding } from "../app/health.ts";
import { DEFAULT_TENANT } from "../core/ids.ts";
import { trailSeal } from "../main/access.ts";
import type { Config } from "../main/config.ts";
import { openDatabase, separationWords } from "../main/database.ts";
import { checkHealth, tryTo } from "../main/health.ts";
import { type Wiring, wire } from "../main/wiring.ts";
import { createLogger } from "../platform/logger.ts";
import { createQueue } from "../queue/create-queue.ts";
import { readSeparation } from "../store/roles.ts";
import { trailWords } from "./audit.ts";
import { type Command, type CommandIo, reasonOf } from "./command.ts";
import { loadConfig } from "./settings.ts";

type Finding = HealthFinding;

/** One line per integration, with the exact fix. */
export const doctor: Command = {
  summary: "Checks every integration with one cheap call and says the exact fix.",
  usage: "",
  options: {},
  async run(_args, io) {
    const config = loadConfig(io);
    if (!config) return 2;
    const findings: Finding[] = [
      { sign: "ok", part: "settings", text: "all valid" },
      nodeFinding(process.versions.node),
    ];
    const database = await tryTo(() => openDatabase(config), reasonOf);
    if (database.status === "failed") {
      findings.push({
        sign: "FIX",
        part: "database",
        text: database.because,
      });
      return report(io, findings);
    }
    const { connectionString, isEmbedded } = database.value;
    findings.push({
      sign: "ok",
      part: "database",
      text: isEmbedded ? "embedded PostgreSQL, schema up to date" : "DATABASE_URL answers, schema up to date",
    });
    findings.push(await tenantsFinding(connectionString), await queueFinding(config, connectionString));
    try {
      const wiring = await wire({
        config,
        connectionString,
        logger: createLogger({ level: "silent" }),
        publicUrl: config.core.PUBLIC_URL ?? "http://127.0.0.1",
      });
      findings.push(await auditFinding(wiring));
      findings.push(quarantineFinding(await wiring.store.quarantined()), ...(await checkHealth(config, wiring)));
      await wiring.store.close();
    } finally {
      await database.value.close();
    }
    return report(io, findings);
  },
};

function quarantineFinding({ webhooks, jobs }: { readonly webhooks: number; readonly jobs: number }): Finding {
  const part = "quarantine";
  if (webhooks + jobs === 0) return { sign: "ok", part, text: "empty" };
  const text = `${webhooks} webhooks that could not be read and ${jobs} jobs that failed at every try; the log says why ("quarantined")`;
  return { sign: "FIX", part, text };
}

async function auditFinding({ store, secrets }: Wiring): Promise<Finding> {
  const finding = await verifyTrail(store.auditStore, DEFAULT_TENANT, { seal: trailSeal(secrets) });
  return { sign: finding.status === "whole" ? "ok" : "FIX", part: "audit trail", text: trailWords(finding) };
}

function nodeFinding(version: string): Finding {
  return { sign: "ok", part: "node", text: version };
}

async function tenantsFinding(connectionString: string): Promise<Finding> {
  const separation = await readSeparation(connectionString);
  return { sign: separation.by === "nothing" ? "FIX" : "ok", part: "tenants", text: separationWords(separation) };
}

async function queueFinding(config: Config, connectionString: string): Promise<Finding> {
  const part = "queue";
  const { REDIS_URL: redisUrl } = config.core;
  if (redisUrl === undefined) return { sign: "ok", part, text: "in PostgreSQL (REDIS_URL not set)" };
  const queue = await createQueue({ redisUrl, connectionString, logger: createLogger({ level: "silent" }) });
  const result = await tryTo(() => queue.waiting(), reasonOf);
  await queue.close();
  if (result.status === "worked") return { sign: "ok", part, text: "Redis by REDIS_URL answers" };
  return {
    sign: "FIX",
    part,
    text: `Redis does not answer (${result.because}). Check REDIS_URL; until then work waits in PostgreSQL.`,
  };
}

function report(io: CommandIo, findings: readonly Finding[]): number {
  const width = Math.max(...findings.map(({ part }) => part.length));
  const line = ({ sign, part, text }: Finding) =>
    `${sign.padEnd(3)}  ${part.padEnd(width)}  ${text.replaceAll(/\p{C}/gu, "?")}\n`;
  io.out(findings.map(line).join(""));
  const broken = findings.filter(({ sign }) => sign === "FIX").length;
  io.out(broken === 0 ? "\nEverything that is switched on works.\n" : `\n${broken} to fix.\n`);
  return broken === 0 ? 0 : 1;
}
