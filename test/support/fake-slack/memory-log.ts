import type { Logger } from "../../../src/app/ports.ts";

/** Log lines as they were written. */
export class MemoryLog implements Logger {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];
  readonly debug = (fields: object, message: string) => this.#add("debug", fields, message);
  readonly info = (fields: object, message: string) => this.#add("info", fields, message);
  readonly warn = (fields: object, message: string) => this.#add("warn", fields, message);
  readonly error = (fields: object, message: string) => this.#add("error", fields, message);

  #add(level: string, fields: object, message: string): void {
    this.lines.push({ level, fields, message });
  }
}
