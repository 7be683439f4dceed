import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cutSafe, type Safe } from "../../../core/safe.ts";
import { type Chart, chartSvg } from "./chart-svg.ts";
import { FONT } from "./chart-text.ts";
import { pngOf } from "./png.ts";

export interface ChartImage {
  readonly png: Uint8Array;
  readonly alt: Safe;
  /** Equal pictures have equal hashes: no second upload for the same drawing. */
  readonly hash: string;
}

/** Pixels across: a sharp picture on a phone that shows it 360 points wide. */
const PIXELS = 1200;
const ALT_LENGTH = 2000;
const FONTS = ["400Regular/AtkinsonHyperlegible_400Regular.ttf", "700Bold/AtkinsonHyperlegible_700Bold.ttf"];

/**
 * The chart as a PNG with its text for those who cannot see it. Equal charts give equal bytes.
 * Null when there is nothing to draw, and after `failed` was told why when the drawing went wrong: the words must go out anyway.
 */
export async function chartImage(
  chart: Chart | null,
  failed: (error: unknown) => void = () => undefined,
): Promise<ChartImage | null> {
  if (chart === null) return null;
  try {
    const svg = chartSvg(chart);
    if (svg === null) return null;
    const png = await rendered(svg);
    return { png, alt: cutSafe(chart.alt, ALT_LENGTH), hash: createHash("sha256").update(png).digest("hex") };
  } catch (error) {
    failed(error);
    return null;
  }
}

async function rendered(svg: string): Promise<Uint8Array> {
  const { Resvg, fontBuffers } = await loaded();
  const drawing = new Resvg(svg, {
    font: { fontBuffers, defaultFontFamily: FONT },
    fitTo: { mode: "width", value: PIXELS },
  });
  const image = drawing.render();
  try {
    return await pngOf(image);
  } finally {
    image.free();
    drawing.free();
  }
}

/** The letters of the drawing, as the renderer takes them. */
export async function chartFonts(): Promise<{ readonly fontBuffers: readonly Uint8Array[] }> {
  const { resolve } = createRequire(import.meta.url);
  const files = FONTS.map((file) => readFile(resolve(`@expo-google-fonts/atkinson-hyperlegible/${file}`)));
  return { fontBuffers: await Promise.all(files) };
}

let library: ReturnType<typeof load> | undefined;

/** Loaded at the first drawing, once in this thread; after a failure (too many open files, say) the next drawing tries again. */
function loaded() {
  library ??= load().catch((error: unknown) => {
    library = undefined;
    throw error;
  });
  return library;
}

async function load() {
  const { resolve } = createRequire(import.meta.url);
  const [{ initWasm, Resvg }, wasm, { fontBuffers }] = await Promise.all([
    import("@resvg/resvg-wasm"),
    readFile(resolve("@resvg/resvg-wasm/index_bg.wasm")),
    chartFonts(),
  ]);
  await initWasm(wasm);
  return { Resvg, fontBuffers };
}
