// How much the constants that people chose while looking at a suite's cases flatter its figures: each is set to its
// neighbours in a copy of the sources, every setting is scored case by case, and cases are judged with the setting that is
// best on the others.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { score } from "./measure/score.ts";

interface Constant {
  readonly file: string;
  readonly name: string;
  /** As they stand in the source; the first is the one in use. */
  readonly values: readonly string[];
}

const CHOSEN: Readonly<Record<string, readonly Constant[]>> = {
  "alert-storms": [
    { file: "src/core/detectors/alert-storm/signs.ts", name: "SHOWS", values: ["0.8", "0.7", "0.9"] },
    { file: "src/core/detectors/alert-storm/signs.ts", name: "BY_CHANCE", values: ["0.1", "0.05", "0.2"] },
    {
      file: "src/core/detectors/alert-storm/read-storm.ts",
      name: "HALF_LIFE_MS",
      values: ["60_000", "30_000", "120_000"],
    },
  ],
  cluster: [
    { file: "src/core/detectors/cluster-rules/suspect.ts", name: "CONTRADICTION", values: ["900", "600", "1200"] },
    { file: "src/core/detectors/cluster-rules/suspect.ts", name: "WITNESSED", values: ["400", "250", "600"] },
  ],
  telemetry: [
    { file: "src/core/detectors/spans/requests.ts", name: "MAX_PLACE", values: ["8", "4", "12"] },
    { file: "src/core/detectors/resources/resources.ts", name: "FULL", values: ["0.8", "0.7", "0.9"] },
  ],
};
const FOLDS = 10;
const UNPACK_DEADLINE_MS = 120_000;
const root = resolve(import.meta.dirname, "..");
const recorded = resolve(root, "../shared/cases");

const { values } = parseArgs({ options: { suite: { type: "string", default: "alert-storms" } } });
const constants = CHOSEN[values.suite];
if (constants === undefined) {
  console.error(`usage: bench:cv -- --suite ${Object.keys(CHOSEN).join("|")}`);
  process.exit(2);
}
if (!existsSync(recorded)) {
  console.log("skipped: the recorded incidents are not part of this repository, and ../shared/cases is absent");
  process.exit(0);
}

interface Setting {
  readonly name: string;
  /** By case: whether the right place was first. */
  readonly hits: ReadonlyMap<string, boolean>;
}

const folder = mkdtempSync(join(tmpdir(), "traceops-cv-"));
try {
  execFileSync("tar", ["-xJf", join(recorded, `${values.suite}.tar.xz`), "-C", folder], {
    timeout: UNPACK_DEADLINE_MS,
  });
  for (const part of ["src", "bench", "package.json", "tsconfig.json"])
    cpSync(join(root, part), join(folder, "copy", part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "copy/node_modules"));
  const settings = combinations(constants).map((chosen, index, all) => {
    const name = constants.map((constant, nth) => `${constant.name} ${chosen[nth]}`).join(", ");
    const setting = { name, hits: hitsOf(values.suite, constants, chosen) };
    console.error(`${index + 1} of ${all.length}: ${name}: ${share([...setting.hits.values()]).toFixed(3)}`);
    return setting;
  });
  report(settings);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function combinations(of: readonly Constant[]): readonly (readonly string[])[] {
  return of.reduce<readonly (readonly string[])[]>(
    (all, constant) => all.flatMap((chosen) => constant.values.map((value) => [...chosen, value])),
    [[]],
  );
}

function hitsOf(suite: string, of: readonly Constant[], chosen: readonly string[]): Setting["hits"] {
  for (const file of new Set(of.map((constant) => constant.file))) {
    const text = of.reduce(
      (source, { file: place, name }, nth) => (place === file ? set(source, name, chosen[nth] ?? "") : source),
      readFileSync(join(root, file), "utf8"),
    );
    writeFileSync(join(folder, "copy", file), text);
  }
  const [inputs, out] = [join(folder, suite, "inputs"), join(folder, "out.jsonl")];
  const args = [
    "--disable-warning=ExperimentalWarning",
    "bench/predict.ts",
    "--suite",
    suite,
    "--inputs",
    inputs,
    "--out",
    out,
  ];
  execFileSync(process.execPath, args, { cwd: join(folder, "copy"), stdio: "ignore", timeout: 10 * 60_000 });
  const scorer = join(recorded, "score.py");
  const { cases } = score({ scorer, predictions: out, labels: join(folder, suite, "labels.jsonl"), inputs });
  return new Map(cases.map(({ id, rank }) => [id, rank === 1]));
}

function set(source: string, name: string, value: string): string {
  const line = new RegExp(`^((?:export )?const ${name} = )[\\d._]+;`, "mu");
  if (!line.test(source)) throw new Error(`no constant ${name}`);
  return source.replace(line, `$1${value};`);
}

function report(settings: readonly Setting[]): void {
  const [used] = settings;
  if (used === undefined) return;
  const ids = [...used.hits.keys()].toSorted();
  const all = settings.map(({ hits }) => share([...hits.values()]));
  const foldOf = new Map(ids.map((id, index) => [id, String(index % FOLDS)]));
  const parts = new Set(ids.map(partOf));
  console.log(
    `${settings.length} settings: AC@1 from ${Math.min(...all).toFixed(3)} to ${Math.max(...all).toFixed(3)}`,
  );
  console.log(`in use (${used.name}): ${share([...used.hits.values()]).toFixed(3)}`);
  console.log(`${FOLDS}-fold cross-validated: ${heldOut(settings, ids, (id) => foldOf.get(id) ?? "").toFixed(3)}`);
  console.log(`leave one out: ${heldOut(settings, ids, (id) => id).toFixed(3)}`);
  if (parts.size > 1 && parts.size < ids.length / 3)
    console.log(`each part with the setting of the others: ${heldOut(settings, ids, partOf).toFixed(3)}`);
}

function partOf(id: string): string {
  return id.split("-")[0] ?? "";
}

/** Share of cases that are right with the setting that is best on the cases of all other groups. */
function heldOut(settings: readonly Setting[], ids: readonly string[], groupOf: (id: string) => string): number {
  const groups = Map.groupBy(ids, groupOf);
  const hits = [...groups].flatMap(([group, own]) => {
    const others = ids.filter((id) => groupOf(id) !== group);
    const [best] = settings
      .map((setting) => ({ setting, right: others.filter((id) => setting.hits.get(id)).length }))
      .toSorted((a, b) => b.right - a.right);
    return own.map((id) => best?.setting.hits.get(id) ?? false);
  });
  return share(hits);
}

function share(hits: readonly boolean[]): number {
  return hits.filter(Boolean).length / Math.max(1, hits.length);
}
