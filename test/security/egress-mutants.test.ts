import { resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { isPublicAddress } from "../../src/platform/public-address.ts";
import { type Edit, mutated } from "../support/mutated.ts";

const Tries = z.object({ asked: z.number(), refused: z.number(), connectedTo: z.array(z.string()) });
const Report = z.object({
  spellings: Tries,
  rebinding: Tries,
  redirects: Tries.extend({ secretsRead: z.number() }),
});
type Report = z.infer<typeof Report>;

const tries = async (...edits: readonly Edit[]): Promise<Report> =>
  Report.parse(await mutated(resolve(import.meta.dirname, "egress-tries.ts"), [], edits));
const inside = ({ connectedTo }: { readonly connectedTo: readonly string[] }) =>
  connectedTo.filter((address) => !isPublicAddress(address));

const FETCH = "src/platform/safe-fetch.ts";

describe("the program as it is", () => {
  let report: Report;
  beforeAll(async () => {
    report = await tries();
  });

  test("tries to connect to none of the spellings of what is inside", () => {
    expect(report.spellings.asked).toBeGreaterThanOrEqual(60);
    expect(report.spellings).toEqual({
      asked: report.spellings.asked,
      refused: report.spellings.asked,
      connectedTo: [],
    });
  });

  test("never goes inside when a name is public at first and private afterwards, or the other way round", () => {
    expect(report.rebinding.asked).toBeGreaterThanOrEqual(60);
    expect(inside(report.rebinding)).toEqual([]);
    // The public answers are used, so it is not the name that is refused.
    expect(report.rebinding.connectedTo.length).toBeGreaterThan(0);
  });

  test("follows no redirect of any status, by its own fetch or by the one for libraries", () => {
    expect(report.redirects).toMatchObject({ asked: 10, refused: 10, secretsRead: 0 });
  });
});

describe("it would be seen", () => {
  test("if literal addresses were not checked", async () => {
    const report = await tries({
      file: FETCH,
      find: "if (isIP(literal) !== 0 && !isPublicAddress(literal))",
      replace: "if (isIP(literal) === -1)",
    });

    expect(inside(report.spellings).length).toBeGreaterThan(20);
  });

  test("if the addresses behind a name were not checked", async () => {
    const report = await tries({ file: FETCH, find: "addresses.every(isPublicAddress)", replace: "true" });

    expect(inside(report.rebinding).length).toBeGreaterThan(0);
  });

  test("if a name were looked up once to be checked and once more to be used", async () => {
    const report = await tries({
      file: FETCH,
      find: "return callback(null, found, family);\n      callback(refuse",
      replace: "return lookup(hostname, options, callback);\n      callback(refuse",
    });

    expect(inside(report.rebinding).length).toBeGreaterThan(0);
  });

  test("if redirects were followed by the program's own fetch", async () => {
    const report = await tries({
      file: FETCH,
      find: "readAnswer(response,",
      replace:
        "if (response.headers.location !== undefined) return void send(new URL(response.headers.location, url), request, lookup).then(resolve, reject);\n      readAnswer(response,",
    });

    expect(report.redirects.secretsRead).toBe(5);
  });

  test("if redirects were followed by the fetch for vendors' libraries", async () => {
    const report = await tries({
      file: "src/platform/safe-fetch-hosts.ts",
      find: 'redirect: "manual"',
      replace: 'redirect: "follow"',
    });

    expect(report.redirects.secretsRead).toBe(5);
  });
});
