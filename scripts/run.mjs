// The way into TraceOps on a machine that has nothing but Node and npm. No dependencies; runs on any Node from 18 up.
// Installs what is missing (packages, a newer Node when this one is too old, the database client) and runs a command on it.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runtimeDir = join(root, ".traceops", "runtime");
const isWindows = process.platform === "win32";
const RUNTIME_MAJOR = 24;

/** The test runner excludes odd-numbered lines, and nothing before 22.20 runs TypeScript sources without a flag. */
function isGoodNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return (major === 22 && minor >= 20) || major === 24 || major >= 26;
}

const say = (text) => process.stderr.write(`${text}\n`);

/** Runs one long step with signs of life; its output is shown only when it fails. */
async function step(title, [command, ...args], options = {}) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  say(`• ${title} …`);
  const ticker = setInterval(() => say(`  still at it, ${seconds()} s`), 15_000);
  const { code, output } = await run(command, args, options);
  clearInterval(ticker);
  if (code === 0) {
    say(`  done in ${seconds()} s`);
    return;
  }
  say(output.slice(-6000));
  say(`✗ ${title} failed (exit code ${code}). The lines above say why.`);
  process.exit(code ?? 1);
}

function run(command, args, { cwd = root, env = process.env } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], shell: isWindows });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-100_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => resolve({ code: 1, output: String(error) }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

/** True when every package of the lock file that this platform needs is installed in its version. */
function hasPackages() {
  const hidden = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return false;
  const installed = readJson(hidden).packages ?? {};
  const wanted = Object.entries(readJson(join(root, "package-lock.json")).packages ?? {});
  return wanted.every(
    ([path, entry]) => path === "" || entry.optional || entry.link || installed[path]?.version === entry.version,
  );
}

async function ensurePackages() {
  if (hasPackages()) return;
  await step("Installing packages (the first time takes about a minute)", [
    "npm",
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
  ]);
}

/** The Node to run on: this one when it is good, else one from the npm registry, kept inside the project. */
async function ensureNode() {
  if (isGoodNode(process.versions.node)) return process.execPath;
  const platform = isWindows ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const binary = join(runtimeDir, "node_modules", name, "bin", isWindows ? "node.exe" : "node");
  if (existsSync(binary)) return binary;
  mkdirSync(runtimeDir, { recursive: true });
  if (!existsSync(join(runtimeDir, "package.json"))) writeFileSync(join(runtimeDir, "package.json"), "{}\n");
  const command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", `${name}@${RUNTIME_MAJOR}`];
  const title = `This is Node ${process.versions.node}; fetching Node ${RUNTIME_MAJOR} into .traceops/runtime`;
  await step(title, command, { cwd: runtimeDir });
  return binary;
}

async function ensureGenerated(node, env) {
  const stamp = join(root, "src", "store", "generated", ".schema-hash");
  const hash = createHash("sha256")
    .update(readFileSync(join(root, "prisma", "schema.prisma")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  await step("Generating the database client", [node, join("scripts", "prisma-generate.mjs")], { env });
  writeFileSync(stamp, hash);
}

function environmentFor(node) {
  const path = [dirname(node), join(root, "node_modules", ".bin"), process.env.PATH ?? ""];
  return { ...process.env, PATH: path.join(isWindows ? ";" : ":") };
}

const PARENT_CHECK_MS = 250;

/**
 * Runs in the foreground with our own terminal. The child is asked to stop once, however many signals arrive: a terminal
 * and a supervisor also signal the child itself.
 */
function runHere([command, ...args], env, cwd = root) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: "inherit", shell: isWindows && !command.includes("node") });
    const stopWatching = whenNpmDies(() => child.kill("SIGTERM"));
    // A terminal's Ctrl-C reaches the child by itself.
    process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
    process.on("SIGTERM", () => {
      stopWatching();
      child.kill("SIGTERM");
    });
    child.on("error", (error) => {
      say(String(error));
      resolve(1);
    });
    child.on("close", (code, signal) => {
      stopWatching();
      resolve(signal ? 1 : (code ?? 1));
    });
  });
}

/** npm hands signals to a shell that dies of them without a word to us: then nobody would stop what we run. */
function whenNpmDies(tell) {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    tell();
  }, PARENT_CHECK_MS);
  return () => clearInterval(timer);
}

const NODE_FLAGS = ["--disable-warning=ExperimentalWarning"];

const VERIFY = [
  { title: "Format", command: ["biome", "ci", "."] },
  { title: "Lint", command: ["oxlint", "--type-aware"] },
  { title: "Types", command: ["tsc", "--noEmit"] },
  {
    title: "Fast tests",
    command: ["vitest", "run", "--project", "unit", "--project", "contracts", "--project", "scenarios"],
  },
];

async function verify(env) {
  for (const { title, command } of VERIFY) {
    say(`• ${title}`);
    const code = await runHere(command, env);
    if (code !== 0) return code;
  }
  return 0;
}

async function main() {
  const [command = "start", ...args] = process.argv.slice(2);
  await ensurePackages();
  const node = await ensureNode();
  const env = environmentFor(node);
  await ensureGenerated(node, env);
  if (command === "generate") return 0;
  if (command === "test") return runHere(["vitest", "run", ...args], env);
  if (command === "verify") return verify(env);
  const commandLine = [node, ...NODE_FLAGS, join(root, "src/cli/traceops.ts")];
  // Said before it starts: otherwise its first file is compiled anew each time, which takes as long as all that are kept.
  env.NODE_COMPILE_CACHE ??= join(root, ".traceops", "compile-cache");
  // Paths that a person types are relative to where they stand; npm moves to the project's folder and keeps the place in INIT_CWD.
  const standingIn = process.env.INIT_CWD ?? process.cwd();
  if (command === "traceops") return runHere([...commandLine, ...args], env, standingIn);
  if (command === "start") return runHere([...commandLine, "start", ...args], env);
  return runHere([command, ...args], env);
}

process.exitCode = await main();
