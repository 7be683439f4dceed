import { MODULE_BASE64 } from "./module.ts";

/** What the module asks of the program; places are addresses in its memory. */
export interface ScanImports {
  /** The number of a name in table 0 (services), 1 (hosts) or 2 (levels). */
  nameAt(table: number, from: number, to: number): number;
  /** The template of a message that is read from its bytes. */
  mine(group: number, from: number, to: number): number;
  /** The template of the message whose tokens stand in the memory, and that neither signature nor pattern told. */
  place(group: number): number;
  finalOf(template: number): number;
  groupOfNobody(): number;
  /** A line for the program, up to its newline, and why (see `layout.ts`). */
  decline(from: number, to: number, reason: number): void;
}

/** What the module does; see `assembly/scan.ts`. */
export interface ScanExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  setTarget(service: number, host: number, receivedAtMs: number, sortsKinds: number): void;
  setMiner(maxTokens: number, maxMessageBytes: number): void;
  rowsReady(): number;
  templatesCounted(): number;
  timelessLines(): number;
  taken(): void;
  scan(from: number, to: number, base: number): number;
  mineLines(from: number, to: number, group: number): number;
}

/** The part of the WebAssembly interface of JavaScript that is used; the types of Node do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly imports: ScanImports },
  ) => { readonly exports: ScanExports };
  readonly RuntimeError: new (message?: string) => Error;
};

let compiled: object | null = null;

/** An instance with memory of its own. Throws where there is no WebAssembly with vectors, or no room for the memory. */
export function startModule(imports: ScanImports): ScanExports {
  compiled ??= new WebAssembly.Module(Buffer.from(MODULE_BASE64, "base64"));
  return new WebAssembly.Instance(compiled, { imports }).exports;
}

/** Whether the module itself failed, and not the program it called. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}
