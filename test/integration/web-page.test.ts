import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Analysis } from "../../src/core/analysis.ts";
import { anAnalysis, anIncident, text } from "../support/sample-incident.ts";
import { KeptIncident } from "../support/surface-deps.ts";
import { CHROMIUM_FLAGS, chromiumPath, type RunningSite, startSite } from "../support/web-site.ts";

const executablePath = chromiumPath();
if (executablePath === null) {
  process.stderr.write(
    "web-page.test.ts is skipped: no Chromium here. Install Debian's `chromium` or set CHROMIUM_PATH.\n",
  );
}

const started: { browser: Browser | null } = { browser: null };
const toClose: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  if (executablePath !== null) started.browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
});

afterAll(() => started.browser?.close());

afterEach(async () => {
  for (const close of toClose.splice(0).toReversed()) await close();
});

interface Opened {
  readonly page: Page;
  readonly site: RunningSite;
  /** Whatever the browser complained about: blocked by the policy, failed to load, thrown. */
  readonly complaints: string[];
}

interface Screen {
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
}

async function open(kept: KeptIncident, { width = 1280, colorScheme = "light" }: Screen = {}): Promise<Opened> {
  const site = await startSite([kept]);
  const context = await started.browser?.newContext({ viewport: { width, height: 800 }, colorScheme });
  if (context === undefined) throw new TypeError("the browser runs");
  toClose.push(
    () => site.close(),
    () => context.close(),
  );
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(`${site.url}/i/INC-7`);
  return { page, site, complaints };
}

const EVIL = text(`"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}' onmouseover='alert(3)`);
const EVIL_LINK = text("javascript:alert(4)");

/** Every text of the analysis replaced by an attack. */
function attacked(): Analysis {
  const analysis = anAnalysis();
  return {
    ...analysis,
    verdictBecause: EVIL,
    impact: { ...analysis.impact, text: EVIL },
    timeline: analysis.timeline.map((row) => ({ ...row, text: EVIL, service: EVIL, source: EVIL })),
    evidence: analysis.evidence.map((record) => ({ ...record, quote: EVIL, ref: EVIL_LINK, service: EVIL })),
    gaps: [{ source: EVIL, status: "failed", detail: EVIL }],
    graph: [{ caller: EVIL, callee: EVIL, count: 1, from: "trace" }],
    chart: { ...analysis.chart, byService: analysis.chart.byService.map((one) => ({ ...one, service: EVIL })) },
    hypotheses: analysis.hypotheses.map((hypothesis) => ({
      ...hypothesis,
      summary: EVIL,
      parts: hypothesis.parts.map((part) => ({ ...part, because: EVIL })),
      nextChecks: [EVIL],
      suggestedActions: [EVIL],
    })),
  };
}

// Runs in the page. The colours of text and of the nearest painted ground behind it, as WCAG compares them.
const LOW_CONTRAST = `(() => {
  const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = getComputedStyle(e).backgroundColor;
      if ((channels(color)[3] ?? 1) > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const shown = [...document.querySelectorAll("body *")].filter((e) => !e.closest("svg, .unseen, .skip") && e.checkVisibility()
    && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== ""));
  return shown.flatMap((e) => {
    const style = getComputedStyle(e);
    const [a, b] = [luminance(style.color), luminance(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return ratio >= 4.5 ? [] : [e.tagName + " " + e.className + " " + ratio.toFixed(2) + " " + e.textContent.trim().slice(0, 30)];
  });
})()`;

// Runs in the page: what a screen reader would stumble over.
const STUMBLES = `(() => {
  const wrong = [];
  const need = (ok, what) => { if (!ok) wrong.push(what); };
  need(document.documentElement.lang === "en", "no language");
  need(document.title.length > 10, "no title");
  need(document.querySelectorAll("main").length === 1, "not one main");
  need(document.querySelectorAll("h1").length === 1, "not one h1");
  const levels = [...document.querySelectorAll("h1,h2,h3,h4")].map((h) => Number(h.tagName[1]));
  need(levels.every((level, i) => i === 0 ? level === 1 : level <= levels[i - 1] + 1), "heading levels skip: " + levels);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  need(new Set(ids).size === ids.length, "an id twice");
  for (const e of document.querySelectorAll("[aria-labelledby]")) need(document.getElementById(e.getAttribute("aria-labelledby")), "label without target");
  for (const e of document.querySelectorAll("input:not([type=hidden])")) need(e.labels.length > 0, "a field without a label");
  for (const e of document.querySelectorAll("button,a")) need((e.getAttribute("aria-label") ?? e.textContent).trim() !== "", "a control without a name");
  const spoken = [...document.querySelectorAll("button")].map((e) => e.getAttribute("aria-label") ?? e.textContent);
  need(new Set(spoken).size === spoken.length, "two buttons with one name");
  for (const e of document.querySelectorAll("svg[role=img]")) need((e.getAttribute("aria-label") ?? "").length > 40, "a drawing without words");
  for (const e of document.querySelectorAll("table")) need(e.caption && e.querySelector("th[scope]"), "a table without caption or headers");
  for (const e of document.querySelectorAll("a[href^='#']")) need(document.getElementById(decodeURIComponent(e.hash.slice(1))), "a link to nowhere " + e.hash);
  need(document.querySelector("[role=status][aria-live=polite]"), "no status line");
  return wrong;
})()`;

describe.skipIf(executablePath === null)("the incident page in a browser", () => {
  test.each([
    [1280, "light"],
    [1280, "dark"],
    [360, "light"],
    [360, "dark"],
  ] as const)("is readable and clean at %i px, %s", async (width, colorScheme) => {
    const { page, complaints } = await open(new KeptIncident(), { width, colorScheme });
    await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");

    expect(await page.title()).toBe("P1 5xx rate above 5 % on checkout · TraceOps");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(await page.evaluate(STUMBLES)).toEqual([]);
    expect(await page.evaluate(LOW_CONTRAST)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("shows arithmetic that adds up", async () => {
    const { page } = await open(new KeptIncident());

    const points = await page.locator("#details-h1deploy tbody .number").allTextContents();
    const score = await page.locator("#details-h1deploy tfoot .number").textContent();

    expect(points).toEqual(["+2.4", "+2.4", "+0.9", "−0.5"]);
    expect(tenths(score ?? "")).toBe(points.map(tenths).reduce((sum, value) => sum + value, 0));
  });

  test("shows hostile text as text", async () => {
    const kept = new KeptIncident(anIncident({ title: EVIL, service: EVIL, acknowledgedBy: EVIL }), attacked());
    const { page, complaints } = await open(kept, { width: 360 });
    await page.mouse.move(180, 400);

    expect(
      await page.evaluate(
        "document.querySelectorAll('img, script:not([src^=\"/assets/\"]), [onerror], [onmouseover]').length",
      ),
    ).toBe(0);
    expect(await page.evaluate("[...document.links].filter((one) => one.protocol === 'javascript:').length")).toBe(0);
    expect(await page.locator("h1").textContent()).toBe(EVIL);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(complaints).toEqual([]);
  });

  test("takes a vote from the keyboard, says so, keeps the focus, and undoes it", async () => {
    const kept = new KeptIncident();
    const { page, complaints } = await open(kept);
    await page.fill("#voter-name", "Ann");

    await pressUntilFocused(page, "vote-h1deploy-no");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#vote-h1deploy-no[aria-pressed=true]");

    expect(kept.votes).toMatchObject([{ verdict: "no", actorName: "Ann" }]);
    expect(await page.locator("#status").textContent()).toBe(
      "Recorded: this was not it. You can change it at any time.",
    );
    expect(await page.evaluate("document.activeElement.id")).toBe("vote-h1deploy-no");
    expect(await page.locator("#details-h1deploy .voters").textContent()).toBe("Said it was not: Ann");
    expect(await page.locator(".causes > li h3").first().textContent()).toContain("Deploy v88 of search");

    await pressUntilFocused(page, "vote-h1deploy-withdrawn");
    await page.keyboard.press("Space");
    await page.waitForSelector("#vote-h1deploy-no[aria-pressed=false]");
    expect(await page.locator(".causes > li h3").first().textContent()).toContain("Deploy v412");
    expect(complaints).toEqual([]);
  });

  test("works without its script: the form sends the vote and comes back", async () => {
    const kept = new KeptIncident();
    const { page } = await open(kept);
    await page.route("**/assets/page.js*", (route) => route.abort());
    await page.reload();

    await page.click("#vote-h1deploy-yes");
    await page.waitForURL(/#cause-h1deploy$/u);

    expect(await page.getAttribute("#vote-h1deploy-yes", "aria-pressed")).toBe("true");
  });

  test("follows a new answer without moving what a person reads or types", async () => {
    const kept = new KeptIncident();
    const { page, complaints } = await open(kept, { width: 390 });
    await page.evaluate("document.getElementById('details-h2search').open = true");
    await page.fill("#voter-name", "An");
    await page.evaluate("document.getElementById('voter-name').scrollIntoView({ block: 'center' })");
    const before = await page.evaluate("document.getElementById('details-h2search').getBoundingClientRect().top");

    kept.change({
      impact: {
        text: text(
          "410 requests failed, and this sentence is long enough to take more lines than before did on a telephone",
        ),
        evidenceIds: [],
      },
    });
    await page.locator("#status", { hasText: "Updated. P1 checkout" }).waitFor();

    expect(await page.locator(".answer").textContent()).toContain("410 requests failed");
    expect(await page.evaluate("document.activeElement.id")).toBe("voter-name");
    expect(await page.inputValue("#voter-name")).toBe("An");
    expect(await page.evaluate("document.getElementById('details-h2search').open")).toBe(true);
    const after = await page.evaluate("document.getElementById('details-h2search').getBoundingClientRect().top");
    expect(Math.abs(Number(after) - Number(before))).toBeLessThan(3);
    expect(complaints).toEqual([]);
  });

  test("opens the record behind a number, and the list of all incidents is as clean", async () => {
    const { page, site, complaints } = await open(new KeptIncident());

    await page.click("#details-h1deploy .cites a >> nth=0");
    expect(await page.locator(".evidence li:target blockquote").textContent()).toContain(
      "deployment 72 of checkout v412",
    );

    await page.goto(site.url);
    expect(await page.evaluate(STUMBLES)).toEqual([]);
    expect(await page.evaluate(LOW_CONTRAST)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

/** Tabs through the page as a person would, at most a hundred times. */
async function pressUntilFocused(page: Page, id: string): Promise<void> {
  for (let press = 0; press < 100; press += 1) {
    if ((await page.evaluate("document.activeElement?.id")) === id) return;
    await page.keyboard.press("Tab");
  }
  throw new TypeError(`${id} cannot be reached with the Tab key`);
}

function tenths(shown: string): number {
  return Math.round(Number(shown.replace("−", "-")) * 10);
}
