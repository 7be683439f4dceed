import type { ParseArgsOptionsConfig } from "node:util";

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
