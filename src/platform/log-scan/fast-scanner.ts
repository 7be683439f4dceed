import { rememberedWayOf } from "../../core/log-templates/byte-miner.ts";
import type { TemplateMiner } from "../../core/log-templates/template-miner.ts";
import { createNdjsonScanner, type NdjsonScanner, type ScanTally, type ScanTarget } from "./scan-ndjson.ts";
import { type ModuleOptions, ModuleScanner } from "./wasm/module-scanner.ts";
import { startModule } from "./wasm/start-module.ts";

export interface FastScannerOptions extends Partial<ModuleOptions> {
  /** Told once when lines are read in JavaScript only, for WebAssembly cannot start here or failed. */
  readonly onFallback?: (error: unknown) => void;
}

/** A scanner for each miner, shared by all who scan for it: the miner's signatures stand in its memory. */
const scanners = new WeakMap<TemplateMiner, ModuleScanner>();

/**
 * The scanner of `createNdjsonScanner`, with the same rows, columns and templates for the same bytes, that reads usual
 * lines in WebAssembly; `slow` of its tally may be lower. Where WebAssembly has no vectors or no memory it reads them all
 * in JavaScript. Costs 5 MB of memory for each miner it meets.
 */
export function createFastNdjsonScanner(options: FastScannerOptions = {}): NdjsonScanner {
  return new FastScanner(options);
}

class FastScanner implements NdjsonScanner {
  readonly #options: ModuleOptions;
  readonly #onFallback: (error: unknown) => void;
  readonly #plain = createNdjsonScanner();
  /** For miners whose signatures cannot be looked up. */
  #any: ModuleScanner | null = null;
  #hasFailed = false;

  constructor({ onFallback = () => {}, ...options }: FastScannerOptions) {
    this.#options = { start: startModule, ...options };
    this.#onFallback = onFallback;
  }

  scan(target: ScanTarget, from: number, to: number): ScanTally {
    const scanner = this.#hasFailed ? null : this.#scannerFor(target.batch.catalog.miner);
    if (scanner === null || scanner.isBusy) return this.#plain.scan(target, from, to);
    const tally = scanner.scan(target, from, to);
    if (scanner.failure !== null) this.#fail(scanner.failure);
    return tally;
  }

  #scannerFor(miner: TemplateMiner): ModuleScanner | null {
    const way = rememberedWayOf(miner);
    const known = way === null ? this.#any : scanners.get(miner);
    if (known) return known;
    try {
      const scanner = new ModuleScanner(this.#options, way);
      if (way === null) this.#any = scanner;
      else scanners.set(miner, scanner);
      return scanner;
    } catch (error) {
      this.#fail(error);
      return null;
    }
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#onFallback(error);
  }
}
