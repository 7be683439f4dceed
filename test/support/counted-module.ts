import { type ScanExports, type ScanImports, startModule } from "../../src/platform/log-scan/wasm/start-module.ts";

/** A module that tells how many lines it read and gave back, and how many messages it did not know. */
export function createCounted() {
  const counted = {
    read: 0,
    declined: 0,
    mined: 0,
    start: (imports: ScanImports): ScanExports => {
      const decline = (...line: Parameters<ScanImports["decline"]>) => {
        counted.declined++;
        imports.decline(...line);
      };
      const mine = (...message: Parameters<ScanImports["mine"]>) => {
        counted.mined++;
        return imports.mine(...message);
      };
      const place = (group: number) => {
        counted.mined++;
        return imports.place(group);
      };
      const exports = startModule({ ...imports, decline, mine, place });
      const rowsReady = () => {
        const rows = exports.rowsReady();
        counted.read += rows;
        return rows;
      };
      return { ...exports, rowsReady };
    },
  };
  return counted;
}
