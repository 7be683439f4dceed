// Compiles src/platform/log-scan/wasm/assembly to the committed module.ts. AssemblyScript is no dependency of the project
// (its compiler is 94 MB): it is installed into a temporary folder, or taken from `--tools FOLDER`, which holds
// node_modules/assemblyscript. `--check` compiles and compares, and changes nothing.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const VERSION = "0.28.20";
const PAGES = 80;
const LINE = 110;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "src/platform/log-scan/wasm");
const target = join(folder, "module.ts");

const { values } = parseArgs({ options: { check: { type: "boolean", default: false }, tools: { type: "string" } } });

function run(command, args, cwd) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? `it ended with ${status}`}`);
}

function install(into) {
  writeFileSync(
    join(into, "package.json"),
    JSON.stringify({ private: true, dependencies: { assemblyscript: VERSION } }),
  );
  run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], into);
}

/** The bytes of the module. Paths are relative, so that they do not enter it. */
function compile(tools, work) {
  const { version } = JSON.parse(readFileSync(join(tools, "node_modules/assemblyscript/package.json"), "utf8"));
  if (version !== VERSION) throw new Error(`${tools} holds assemblyscript ${version}; install ${VERSION}`);
  const out = join(work, "scan.wasm");
  const options = ["--enable", "simd", "-O3", "--runtime", "stub", "--noAssert", "--memoryBase", "0"];
  const memory = ["--initialMemory", String(PAGES), "--maximumMemory", String(PAGES)];
  const asc = join(tools, "node_modules/assemblyscript/bin/asc.js");
  run(process.execPath, [asc, "assembly/scan.ts", ...options, ...memory, "-o", out], folder);
  return readFileSync(out);
}

function sourceOf(bytes) {
  const base64 = bytes.toString("base64");
  const pieces = base64.match(new RegExp(`.{1,${LINE}}`, "gu")) ?? [];
  return [
    `// Made from assembly/ by \`node scripts/build-wasm.mjs\` with assemblyscript ${VERSION}; do not edit.`,
    "",
    `/** The WebAssembly module, ${bytes.length} bytes, in base64. */`,
    "export const MODULE_BASE64: string = [",
    ...pieces.map((piece) => `  "${piece}",`),
    '].join("");',
    "",
  ].join("\n");
}

const work = mkdtempSync(join(tmpdir(), "build-wasm-"));
try {
  if (values.tools === undefined) install(work);
  const source = sourceOf(compile(values.tools ?? work, work));
  if (!values.check) writeFileSync(target, source);
  else if (readFileSync(target, "utf8") !== source) {
    console.error(`${target} is not what its sources give; run: node scripts/build-wasm.mjs`);
    process.exitCode = 1;
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
