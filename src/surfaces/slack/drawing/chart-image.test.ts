import { Resvg } from "@resvg/resvg-wasm";
import { beforeAll, expect, test } from "vitest";
import { aView, passed } from "../../../../test/support/fake-slack/sample-answers.ts";
import { epochMs } from "../../../core/ids.ts";
import type { ChartMark } from "../../../core/presentation/view.ts";
import { chartFonts, chartImage } from "./chart-image.ts";
import { CANVAS, type Chart, chartSvg, LAYERS } from "./chart-svg.ts";
import { drawable, FONT, fitted, INK, widthOf } from "./chart-text.ts";

const FROM = Date.UTC(2026, 10, 21, 1, 30);
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const HOSTILE = [
  "x".repeat(5000),
  "<script>alert(1)</script>",
  `a&b"c'd]]>&#x0;`,
  "\u0000\u0007\u001b[31mred\u202Eevil\u2066\u200B",
  "支払いサービス",
  "👩‍👩‍👧 shop",
  "\uD800broken",
  "",
] as const;

function aChart(overrides: Partial<Chart> = {}): Chart {
  const errors = Array.from({ length: 120 }, (_, bucket) => (bucket < 60 ? 0 : 40 + (bucket % 7)));
  const byService = [{ service: passed("basket"), errors: errors.map((count) => Math.floor(count / 2)) }];
  const from = passed(new Date(FROM).toISOString());
  return {
    from,
    bucketSeconds: 10,
    errors,
    byService,
    marks: [],
    summary: passed("s"),
    alt: passed("a"),
    ...overrides,
  };
}

const mark = (seconds: number, kind: ChartMark["kind"]): ChartMark => {
  return { atMs: epochMs(FROM + seconds * 1000), kind, label: passed("l") };
};

const failures: unknown[] = [];
const draw = (chart: Chart) => chartImage(chart, (error) => failures.push(error));

// The library is loaded once for all tests below.
beforeAll(async () => {
  await draw(aChart());
});

test("a chart becomes a PNG of 1200 by 900 that Slack takes", async () => {
  const image = await draw(aChart({ marks: [mark(590, "change"), mark(690, "alert")] }));
  const bytes = Buffer.from(image?.png ?? []);

  expect([...bytes.subarray(0, 8)]).toEqual(PNG);
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1200, 900]);
  expect(bytes.length).toBeLessThan(400_000);
  expect(failures).toEqual([]);
});

test("the same chart gives the same bytes, another chart another hash", async () => {
  const [first, again, other] = await Promise.all([
    draw(aChart()),
    draw(aChart()),
    draw(aChart({ errors: [1, 2, 3] })),
  ]);

  expect(again).toEqual(first);
  expect(other?.hash).not.toBe(first?.hash);
});

test("the picture comes with the whole text of the chart, and never with more than Slack takes", async () => {
  const chart = aView().chart;

  expect((await chartImage(chart))?.alt).toBe(chart?.alt);
  expect((await draw(aChart({ alt: passed("long ".repeat(900)) })))?.alt.length).toBe(2000);
});

test.each(HOSTILE)("a service with a hostile name does not break the drawing (%#)", async (name) => {
  const errors = aChart().errors;
  const chart = aChart({ byService: Array.from({ length: 5 }, () => ({ service: passed(name), errors })) });

  expect(await draw(chart)).not.toBeNull();
  expect(chartSvg(chart)).not.toMatch(/<script|[\p{Cc}\p{Cf}\p{Cs}]/u);
  expect(failures).toEqual([]);
});

test.each([
  ["without an error", { errors: [0, 0, 0], byService: [] }],
  ["of one bucket", { errors: [5], byService: [] }],
  ["of 500 buckets", { errors: Array.from({ length: 500 }, (_, bucket) => bucket) }],
  ["with huge counts", { errors: [1e15, Number.MAX_VALUE, Number.POSITIVE_INFINITY] }],
  ["with counts that are none", { errors: [Number.NaN, -5, 3] }],
  [
    "of many services",
    { byService: Array.from({ length: 40 }, (_, n) => ({ service: passed(`s${n}`), errors: [n] })) },
  ],
])("a chart %s is drawn inside its frame", async (_, overrides) => {
  const chart = aChart({ ...overrides, marks: [mark(0, "alert"), mark(1, "change")] });
  const svg = chartSvg(chart) ?? "";

  expect(await draw(chart)).not.toBeNull();
  expect(svg).not.toMatch(/NaN|Infinity|undefined/u);
  expect(inkOf(svg)).toEqual({ left: 0, top: 0, right: CANVAS.width, bottom: CANVAS.height });
  expect(failures).toEqual([]);
});

test("nothing to draw is no picture and no failure; a drawing that fails is told and costs only the picture", async () => {
  expect(await draw(aChart({ errors: [] }))).toBeNull();
  expect(await chartImage(null)).toBeNull();
  expect(failures).toEqual([]);

  expect(
    await draw({
      ...aChart(),
      get errors(): never {
        throw new Error("torn");
      },
    }),
  ).toBeNull();
  expect(failures.splice(0)).toEqual([new Error("torn")]);
});

test("a picture without an error says so in words", () => {
  expect(chartSvg(aChart({ errors: [0, 0], byService: [] }))).toContain("No error lines in this time");
});

test("each mark says in words what it is and when; marks that stand close share their words", () => {
  const marks = [mark(300, "change"), mark(690, "alert"), mark(700, "alert"), mark(1100, "recovery")];
  const svg = chartSvg(aChart({ marks })) ?? "";

  for (const words of ["Change 01:35", "2 alerts from 01:41", "Recovery 01:48"]) expect(svg).toContain(`>${words}<`);
});

test("the words of eight marks within seconds, at either end, do not cover each other or leave the picture", () => {
  const kinds = ["change", "alert", "recovery"] as const;
  for (const start of [0, 600, 1150]) {
    const marks = Array.from({ length: 8 }, (_, index) => mark(start + index * 6, kinds[index % 3] ?? "alert"));
    const boxes = flagBoxes(chartSvg(aChart({ marks })) ?? "");

    expect(boxes.length).toBeGreaterThanOrEqual(3);
    expect(boxes.filter(({ x, width }) => x < 0 || x + width > CANVAS.width)).toEqual([]);
    expect(boxes.filter((box, index) => boxes.slice(index + 1).some((other) => isOver(box, other)))).toEqual([]);
  }
});

test("units and zone are written in the picture, the day too, and both days of a night", () => {
  const svg = chartSvg(aChart({ from: passed("2026-11-20T23:50:00Z") })) ?? "";

  expect(svg).toContain("Error lines per 10 s");
  expect(svg).toContain("highest 46 at 00:00:20 UTC, 2583 in all");
  expect(svg).toContain("Time in UTC, 2026-11-20 to 2026-11-21");
});

test("a line is never wider than it was reckoned, in the font itself", async () => {
  const { fontBuffers } = await chartFonts();
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  const lines = [...printable.map((letter) => letter.repeat(20)), "payments-gateway-worker", "ÀÉÎõüßŒ…–—"];

  const tooWide = lines.filter((line) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9000 100" font-family="${FONT}"><text y="50" font-weight="700" font-size="11">${xml(line)}</text></svg>`;
    const drawing = new Resvg(svg, {
      font: { fontBuffers, defaultFontFamily: FONT },
      fitTo: { mode: "width", value: 9000 },
    });
    return (drawing.innerBBox()?.width ?? 0) > widthOf(line, 11);
  });

  expect(tooWide).toEqual([]);
});

test("a long name keeps its beginning and its end", () => {
  expect(fitted("payments-gateway-worker-eu-west", 120, 11)).toMatch(/^payments.*….*west$/u);
  expect(widthOf(fitted("W".repeat(900), 120, 11), 11)).toBeLessThanOrEqual(120);
  expect(drawable("a\u202Eb\u0000c\n d")).toBe("abc d");
});

test("text can be read and layers can be told apart without seeing colour", () => {
  for (const ink of [INK.text, INK.quiet]) expect(contrast(ink, INK.paper)).toBeGreaterThanOrEqual(4.5);
  for (const { fill } of LAYERS) expect(contrast(fill, INK.paper)).toBeGreaterThanOrEqual(4.5);
  expect(new Set(LAYERS.map(({ texture }) => texture)).size).toBe(LAYERS.length);
});

test("a picture takes less than 200 ms of this thread once the library is there", async () => {
  const marks = [mark(590, "change"), mark(690, "alert"), mark(1060, "recovery")];
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const before = performance.now();
    await draw(aChart({ marks }));
    times.push(performance.now() - before);
  }

  // The quickest of five: what the work costs, whatever else this machine does.
  expect(Math.min(...times)).toBeLessThan(200);
});

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function flagBoxes(svg: string): readonly Box[] {
  return [...svg.matchAll(/<rect x="([\d.-]+)" y="([\d.]+)" width="([\d.]+)" height="14" rx="3"/gu)].map(
    ([, x, y, width]) => ({ x: Number(x), y: Number(y), width: Number(width) }),
  );
}

function isOver(a: Box, b: Box): boolean {
  return a.y === b.y && a.x < b.x + b.width && b.x < a.x + a.width;
}

/** What the drawing covers. The paper covers all of it, so anything more hangs over the edge. */
function inkOf(svg: string) {
  const font = { fontBuffers: [], defaultFontFamily: FONT };
  const box = new Resvg(svg, { font, fitTo: { mode: "width", value: CANVAS.width } }).innerBBox();
  if (box === undefined) return null;
  return { left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height };
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function xml(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
