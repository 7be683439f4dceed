// The package carries types, but its export map hides them from TypeScript. Only what is used here is declared.
declare module "@resvg/resvg-wasm" {
  export interface Rendered {
    readonly width: number;
    readonly height: number;
    /** A copy, with four bytes a pixel. */
    readonly pixels: Uint8Array;
    free(): void;
  }

  export function initWasm(wasm: Uint8Array): Promise<void>;

  export class Resvg {
    constructor(
      svg: string,
      options: {
        readonly font: { readonly fontBuffers: readonly Uint8Array[]; readonly defaultFontFamily: string };
        readonly fitTo: { readonly mode: "width"; readonly value: number };
      },
    );
    innerBBox():
      | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
      | undefined;
    render(): Rendered;
    free(): void;
  }
}
