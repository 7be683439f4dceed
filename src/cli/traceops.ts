import { enableCompileCache } from "node:module";
import process from "node:process";
import { parseArgs } from "node:util";
import { AppError } from "../app/errors.ts";
import { type Command, type CommandIo, reasonOf } from "./command.ts";
import { harmless } from "./printable.ts";
import { commandNames, commands } from "./registry.ts";

const USAGE_ERROR = 2;

/** The command line: finds the command, checks its arguments and turns what went wrong into one clear sentence. */
async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name = "help", ...rest] = argv;
  if (["help", "--help", "-h"].includes(name)) return help(io, rest[0]);
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!entry) {
    io.err(`There is no command "${printable(name)}". The commands are ${commandNames().join(", ")}.\n`);
    return USAGE_ERROR;
  }
  if (rest.includes("--help") || rest.includes("-h")) return help(io, name);
  return runCommand({ name, command: await entry.load(), rest }, io);
}

async function runCommand(
  call: { readonly name: string; readonly command: Command; readonly rest: readonly string[] },
  io: CommandIo,
): Promise<number> {
  const parsed = readArguments(call.rest, call.command);
  if ("problem" in parsed) {
    io.err(`${parsed.problem}\nUsage: traceops ${call.name} ${call.command.usage}\n`);
    return USAGE_ERROR;
  }
  try {
    return await call.command.run(parsed, io);
  } catch (error) {
    io.err(`${isOwnFault(error) || io.environment["LOG_LEVEL"] === "debug" ? traced(error) : reasonOf(error)}\n`);
    return error instanceof AppError && error.code === "invalid-input" ? USAGE_ERROR : 1;
  }
}

/** A mistake in our code: whoever reports it needs the place. What the world did wrong needs its sentence only. */
function isOwnFault(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}

function traced(error: unknown): string {
  return `Unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

function readArguments(rest: readonly string[], command: Command) {
  try {
    const { values, positionals } = parseArgs({ args: [...rest], options: command.options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function help(io: CommandIo, name: string | undefined): number {
  const one = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (one) {
    io.out(`traceops ${name ?? ""} ${one.usage}\n\n${one.summary}\n`);
    return 0;
  }
  const width = Math.max(...commandNames().map((each) => each.length));
  const lines = Object.entries(commands).map(([each, { summary }]) => `  ${each.padEnd(width)}  ${summary}`);
  io.out(
    `TraceOps tells what broke, and why.\n\n${lines.join("\n")}\n\n  traceops help <command> shows its arguments.\n`,
  );
  return 0;
}

/** What somebody typed, without control characters. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, "?").slice(0, 60);
}

/** npm, a shell, a terminal and a supervisor may each pass the same wish on: within this time it is one wish. */
const SAME_WISH_MS = 1_500;

/** The first signal asks for an orderly stop, a later one ends the process. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let askedAtMs = 0;
  const stop = () => {
    if (!controller.signal.aborted) {
      askedAtMs = performance.now();
      controller.abort();
    } else if (performance.now() - askedAtMs > SAME_WISH_MS) process.exit(130);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}

function processIo(): CommandIo {
  return {
    out: (text) => process.stdout.write(harmless(text)),
    err: (text) => process.stderr.write(harmless(text)),
    environment: process.env,
    workingDirectory: process.cwd(),
    terminal: { isInteractive: process.stdout.isTTY, width: process.stdout.columns ?? 100 },
    stop: stopSignal(),
  };
}

process.on("unhandledRejection", (reason) => {
  process.stderr.write(harmless(`${traced(reason)}\n`));
  process.exit(1);
});

// Compiled code is kept between calls: a command starts in half the time. Node decides where, and may refuse. Its threads
// take the place from the environment.
const { directory } = enableCompileCache();
if (directory !== undefined) process.env["NODE_COMPILE_CACHE"] ??= directory;
process.exitCode = await main(process.argv.slice(2), processIo());
