import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { generateScenario, isScenarioName, scenarioNames } from "../src/demo/generate-scenario.ts";

const [, , name = "", folder = ""] = process.argv;

if (!isScenarioName(name) || folder === "") {
  process.stderr.write(`usage: node scripts/record-scenario.ts <scenario> <folder>\n  ${scenarioNames.join("\n  ")}\n`);
  process.exitCode = 2;
} else {
  await record(folder, generateScenario(name).files);
  process.stdout.write(`${name} written to ${folder}\n`);
}

async function record(target: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await writeFile(join(target, path), content);
  }
}
