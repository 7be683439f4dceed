// Checks that prisma/schema.prisma and prisma/migrations say the same (--check), or writes the missing step (--name what).
// Works offline: the schema engine is the WebAssembly package, the database to compare with is the embedded one.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { PrismaPg } from "@prisma/adapter-pg";
import { startEmbeddedPostgres } from "../src/store/embedded/start.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "prisma/migrations");
const schema = { path: "schema.prisma", content: readFileSync(join(root, "prisma/schema.prisma"), "utf8") };
const filters = { externalTables: [], externalEnums: [] };
const require = createRequire(import.meta.url);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: "boolean" }, name: { type: "string" } } });
  if (!values.check && !/^[a-z0-9_]+$/u.test(values.name ?? "")) {
    console.error("usage: prisma-migrations.ts --check | --name words_with_underscores");
    return 2;
  }
  const step = await missingStep();
  if (step === "") {
    console.log("the schema and the migrations agree");
    return 0;
  }
  if (values.check) {
    console.error(`the migrations do not lead to prisma/schema.prisma; missing:\n\n${step}`);
    console.error("write it with: node scripts/prisma-migrations.ts --name what_changes");
    return 1;
  }
  console.log(`wrote ${write(values.name ?? "", step)}`);
  return 0;
}

/** The SQL that leads from the committed migrations to the schema; empty when nothing is missing. */
async function missingStep(): Promise<string> {
  // A server for one comparison: shadow databases are left behind in it.
  const dataDir = join(root, `.traceops/compare-${process.pid}`);
  const server = await startEmbeddedPostgres({ dataDir, createsDatabases: true, serverSettings: { fsync: "off" } });
  try {
    const engine = await loadEngine(withSoundShadows(new PrismaPg(connectionParts(server.connectionString))));
    const from = readMigrations();
    const { stdout } = await engine.diff({
      from: from.migrationDirectories.length === 0 ? { tag: "empty" } : { tag: "migrations", ...from },
      to: { tag: "schemaDatamodel", files: [schema] },
      script: true,
      exitCode: null,
      filters,
    });
    const sql = (stdout ?? "").trim();
    return /^--[^\n]*empty[^\n]*$/u.test(sql) ? "" : sql;
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function loadEngine(factory: PrismaPg) {
  // A dependency of the adapter, found from there so that it needs no line of its own in package.json.
  const beside = createRequire(require.resolve("@prisma/adapter-pg"));
  const utils = await import(pathToFileURL(beside.resolve("@prisma/driver-adapter-utils")).href);
  const enginePath = dirname(require.resolve("@prisma/schema-engine-wasm"));
  const bindings = await import(pathToFileURL(join(enginePath, "schema_engine_bg.js")).href);
  // Node cannot import .wasm files from a package without a flag, so the module is put together by hand.
  const module = new WebAssembly.Module(readFileSync(join(enginePath, "schema_engine_bg.wasm")));
  const instance = new WebAssembly.Instance(module, { "./schema_engine_bg.js": bindings });
  bindings["__wbg_set_wasm"](instance.exports);
  const start = instance.exports["__wbindgen_start"];
  if (typeof start === "function") start();
  const adapter = utils.bindMigrationAwareSqlAdapterFactory(factory);
  return bindings.SchemaEngine.new({ datamodels: [[schema.path, schema.content]] }, () => undefined, adapter);
}

/** Parts, not a string: the adapter changes only the name of the database, and a string would win over it. */
function connectionParts(connectionString: string) {
  const { hostname, port, username, password, pathname } = new URL(connectionString);
  const database = pathname.slice(1);
  return { host: hostname, port: Number(port), user: username, password: decodeURIComponent(password), database };
}

/**
 * The adapter cuts scripts at every semicolon, inside function bodies and comments too, so scripts go to PostgreSQL
 * whole; and it drops a shadow database before closing its own connections to it, so here it only closes them.
 */
function withSoundShadows(factory: PrismaPg): PrismaPg {
  const connect = factory.connectToShadowDb.bind(factory);
  factory.connectToShadowDb = async () => {
    const shadow = await connect();
    const pool = shadow.underlyingDriver();
    pool.on("error", () => undefined);
    shadow.executeScript = async (script) => {
      await pool.query(script);
    };
    shadow.dispose = () => pool.end();
    const ask = shadow.queryRaw.bind(shadow);
    shadow.queryRaw = (query) => ask({ ...query, sql: readable(query.sql) });
    return shadow;
  };
  return factory;
}

/**
 * PostgreSQL 18 lists NOT NULL among the constraints ("n"); this engine is older and stops at a kind it does not know.
 * And the adapter has no name for the catalogue's one-byte "char", so such columns are asked for as ordinary text.
 */
function readable(sql: string): string {
  return sql
    .replace("contype NOT IN ('p', 'u', 'f')", "contype NOT IN ('p', 'u', 'f', 'n')")
    .replace(/constr\.contype(?=\s+AS)/u, "constr.contype::char(1)")
    .replaceAll(/\bcon\.(confdeltype|confupdtype),/gu, "con.$1::char(1) AS $1,");
}

function readMigrations() {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
  return {
    baseDir: folder,
    lockfile: { path: "migration_lock.toml", content: readFileSync(join(folder, "migration_lock.toml"), "utf8") },
    shadowDbInitScript: "",
    migrationDirectories: names.map((path) => ({
      path,
      migrationFile: {
        path: "migration.sql",
        content: { tag: "ok", value: readFileSync(join(folder, path, "migration.sql"), "utf8") },
      },
    })),
  };
}

function write(name: string, sql: string): string {
  const stamp = new Date().toISOString().replaceAll(/\D/gu, "").slice(0, 14);
  const target = join(folder, `${stamp}_${name}`);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "migration.sql"), `${sql}\n`);
  return join(target, "migration.sql");
}

process.exitCode = await main();
