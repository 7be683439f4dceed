import type { ParseArgsOptionsConfig } from "node:util";
import { AppError } from "../app/errors.ts";

/** What a command may touch: the terminal, the environment and where it was called. */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** Colours and widths only for a person's terminal. */
  readonly terminal: { readonly isInteractive: boolean; readonly width: number };
  /** Aborts when the person or the supervisor asks the process to stop. */
  readonly stop: AbortSignal;
}

export interface CommandArguments {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

export interface Command {
  readonly summary: string;
  /** After the command's name: "<path…> [--json]". */
  readonly usage: string;
  readonly options: ParseArgsOptionsConfig;
  /** Resolves to the exit code: 0 done, 1 could not, 2 called wrongly. */
  readonly run: (args: CommandArguments, io: CommandIo) => Promise<number>;
}

/** The text value of an option; undefined when it was not given. */
export function textOption(args: CommandArguments, name: string): string | undefined {
  const value = args.values[name];
  return typeof value === "string" ? value : undefined;
}

/** True when a switch was given. */
export function isOn(args: CommandArguments, name: string): boolean {
  return args.values[name] === true;
}

/** What went wrong in one sentence. An address with several IP addresses fails with several errors and no text of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join("; ");
  return error instanceof Error ? error.message : String(error);
}

/** Where a running TraceOps answers: `--to`, else PUBLIC_URL, else this machine. Throws `AppError` when it is no address. */
export function targetUrl(args: CommandArguments, { environment }: CommandIo): string {
  const to = textOption(args, "to") ?? environment["PUBLIC_URL"] ?? "http://127.0.0.1:3000";
  if (/^https?:$/u.test(URL.parse(to)?.protocol ?? "")) return to;
  throw new AppError("invalid-input", "--to (or PUBLIC_URL) takes an address like https://traceops.example.com.");
}
