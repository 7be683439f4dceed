import process from "node:process";
import { parseArgs } from "node:util";
import { holds } from "./count.ts";
import type { Backend } from "./faults.ts";
import { isMutant, MUTANTS, type MutantName, withEdits } from "./mutants.ts";
import { reachableWith, standingStill } from "./names.ts";
import { sweepTableOf, tableOf } from "./report.ts";
import { type ChaosOptions, runChaos } from "./run.ts";
import { runSweep } from "./sweep.ts";

/** `npm run test:chaos`: kills everything there is while webhooks come in, then counts what Slack holds. */
const { values } = parseArgs({
  allowNegative: true,
  options: {
    seed: { type: "string" },
    minutes: { type: "string" },
    webhooks: { type: "string", default: "1000" },
    backend: { type: "string", default: "redis" },
    workers: { type: "string", default: "3" },
    mutant: { type: "string" },
    sweep: { type: "boolean", default: false },
    "stand-still": { type: "boolean", default: false },
    hits: { type: "string", default: "1,2,3" },
    only: { type: "string", default: "" },
    plan: { type: "string", default: "everything" },
    notes: { type: "boolean", default: true },
    "short-waits": { type: "boolean", default: false },
    "keep-logs": { type: "boolean", default: false },
    waits: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const BACKENDS = ["redis", "postgresql", "one-process"] as const;
const MINUTES_OF_TEN_THOUSAND = 1.85;
const DRAIN_MS = 300_000;
const MUTANT_DRAIN_MS = 120_000;

const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
say(`seed ${seed}`);
process.exitCode = await (values.sweep ? sweep() : chaos());

async function chaos(): Promise<number> {
  const mutant = mutantOf(values.mutant);
  if (mutant !== null) say(`mutant ${mutant}: ${MUTANTS[mutant].breaks}`);
  const result = await runChaos(optionsWith(mutant));
  print(result, tableOf(result));
  if (mutant === null) return result.passed ? 0 : 1;
  return told(mutant, !holds(result.count) || !result.isDrained);
}

function optionsWith(mutant: MutantName | null): ChaosOptions {
  const webhooks = Number(values.webhooks);
  const hasShortWaits = values["short-waits"];
  return {
    backend: backendOf(values.backend),
    plan: values.plan === "queue" ? "queue" : "everything",
    seed,
    webhooks,
    // Ten thousand in 110 s, so that they and the drain may fit into three minutes; never less than half a minute of trouble.
    minutes:
      values.minutes === undefined
        ? Math.max(0.5, (webhooks / 10_000) * MINUTES_OF_TEN_THOUSAND)
        : Number(values.minutes),
    workers: Number(values.workers),
    ...withEdits(...editNames(mutant)),
    hasNotes: values.notes,
    hasShortWaits,
    drainMs: mutant === null ? DRAIN_MS : MUTANT_DRAIN_MS,
    keepLogs: values["keep-logs"],
    showsWaits: values.waits,
    say,
  };
}

function editNames(mutant: MutantName | null): readonly string[] {
  return [
    ...(mutant === null ? [] : [mutant]),
    ...(values["short-waits"] ? ["short-waits"] : []),
    ...(values.notes ? ["pagerduty-here"] : []),
  ];
}

async function sweep(): Promise<number> {
  const mutant = mutantOf(values.mutant);
  const act = values["stand-still"] ? "stop" : "kill";
  const backend = backendOf(values.backend);
  const result = await runSweep({
    backend,
    act,
    edits: mutant === null ? [] : [mutant],
    seed,
    names: (act === "stop" ? standingStill() : reachableWith(backend)).filter((name) => name.includes(values.only)),
    hits: values.hits.split(",").map(Number),
    shortWaits: values["short-waits"],
    say,
  });
  print(result, sweepTableOf(result));
  if (mutant === null) return result.passed ? 0 : 1;
  return told(mutant, !holds(result.count) || !result.isDrained);
}

/** A mutant that passes means a blind test. */
function told(mutant: MutantName, isNoticed: boolean): number {
  say(
    isNoticed ? `mutant ${mutant} was noticed, as it has to be` : `mutant ${mutant} SURVIVED: the test is blind to it`,
  );
  return isNoticed ? 0 : 1;
}

function print(result: object, table: string): void {
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${table}\n`);
}

function backendOf(name: string): Backend {
  const known = BACKENDS.find((backend) => backend === name);
  if (known === undefined) throw new Error(`--backend is one of ${BACKENDS.join(", ")}`);
  return known;
}

/** The mutant that was asked for; null when the program is to run as it is. */
function mutantOf(name: string | undefined): MutantName | null {
  if (name === undefined) return null;
  if (!isMutant(name)) throw new Error(`--mutant is one of ${Object.keys(MUTANTS).join(", ")}`);
  return name;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
