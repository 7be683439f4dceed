import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withClient } from "../../src/store/client.ts";
import { startEmbeddedPostgres, stopEmbeddedPostgres } from "../../src/store/embedded/start.ts";

let dataDir: string;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "traceops-embedded-"));
  // Run as root, the server's own account must get in; otherwise its files go to another folder.
  chmodSync(dataDir, 0o755);
});

afterAll(async () => {
  await stopEmbeddedPostgres(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

async function ask(connectionString: string, text: string): Promise<unknown> {
  return withClient(connectionString, async (client) => {
    const { rows } = await client.query<{ answer: unknown }>({ text });
    return rows[0]?.answer;
  });
}

/** Another process that starts the server on the same files. */
async function startElsewhere(): Promise<{ child: ChildProcess; connectionString: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../support/start-embedded.ts"), dataDir], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const [line] = await once(child.stdout, "data");
  return { child, connectionString: String(line).trim() };
}

async function killProcess({ child }: { child: ChildProcess }): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

const lockFile = () => join(dataDir, "cluster/postmaster.pid");
const serverPid = () => Number(readFileSync(lockFile(), "utf8").split("\n")[0]);

test("a fresh folder becomes a server for an ordinary role, reachable on this machine only", async () => {
  const server = await startEmbeddedPostgres({ dataDir });
  const role = await ask(
    server.connectionString,
    "SELECT rolsuper AS answer FROM pg_roles WHERE rolname = current_user",
  );
  // The server writes down where it listens: fifth line the socket's folder, sixth the address.
  const [, , , , socketFolder, address] = readFileSync(lockFile(), "utf8").split("\n");
  const durable = await ask(server.connectionString, "SELECT current_setting('fsync') AS answer");
  await server.stop();

  expect({ role, socketFolder, address, durable }).toEqual({
    role: false,
    socketFolder: "",
    address: "127.0.0.1",
    durable: "on",
  });
  expect(statSync(join(dataDir, "server.json")).mode & 0o777).toBe(0o600);
});

test("a second process joins the running server and leaves it running", async () => {
  const first = await startEmbeddedPostgres({ dataDir });
  const second = await startElsewhere();
  const ended = once(second.child, "exit");
  second.child.stdin?.end();
  await ended;

  expect(second.connectionString).toBe(first.connectionString);
  expect(await ask(first.connectionString, "SELECT 1 AS answer")).toBe(1);
  await first.stop();
});

test("the first process may end before the second: the last one out stops the server", async () => {
  const first = await startEmbeddedPostgres({ dataDir });
  const second = await startElsewhere();
  await first.stop();

  expect(await ask(second.connectionString, "SELECT 1 AS answer")).toBe(1);
  const ended = once(second.child, "exit");
  second.child.stdin?.end();
  await ended;
  expect(existsSync(lockFile())).toBe(false);
});

test("two processes that start at the same moment share one server", async () => {
  const [first, second] = await Promise.all([startElsewhere(), startElsewhere()]);

  expect(second.connectionString).toBe(first.connectionString);
  await killProcess(first);
  await killProcess(second);
  await stopEmbeddedPostgres(dataDir);
});

test("a server whose process was killed is joined and taken over", async () => {
  const lost = await startElsewhere();
  await ask(lost.connectionString, "CREATE TABLE kept AS SELECT 7 AS answer");
  await killProcess(lost);

  const server = await startEmbeddedPostgres({ dataDir });
  const answer = await ask(server.connectionString, "SELECT answer FROM kept");
  await server.stop();

  expect(answer).toBe(7);
  expect(server.isOwner).toBe(true);
  expect(existsSync(lockFile())).toBe(false);
});

test("Ctrl-C reaches our process first: the server is still there to finish the work on", async () => {
  const interrupted = await startElsewhere();
  const ended = once(interrupted.child, "exit");
  // What a terminal does: the signal goes to the whole process group.
  process.kill(-(interrupted.child.pid ?? 0), "SIGINT");
  await ended;

  expect(await ask(interrupted.connectionString, "SELECT pg_sleep(0.2), 1 AS answer")).toBe(1);
  await stopEmbeddedPostgres(dataDir);
});

test("what was committed survives the server's being killed", async () => {
  const lost = await startElsewhere();
  await ask(lost.connectionString, "CREATE TABLE committed AS SELECT 8 AS answer");
  process.kill(serverPid(), "SIGKILL");
  await killProcess(lost);

  const server = await startEmbeddedPostgres({ dataDir });
  const answer = await ask(server.connectionString, "SELECT answer FROM committed");
  await server.stop();

  expect(answer).toBe(8);
});

test("a lock file that names some other program does not keep the server from starting", async () => {
  writeFileSync(lockFile(), `${process.pid}\n${dataDir}\n1\n5432\n\n127.0.0.1\n`);

  const server = await startEmbeddedPostgres({ dataDir });

  expect(await ask(server.connectionString, "SELECT 1 AS answer")).toBe(1);
  await server.stop();
});

test("a process of an earlier container that had our number counts as nobody: we own the server and stop it", async () => {
  await (await startEmbeddedPostgres({ dataDir })).stop();
  const file = join(dataDir, "server.json");
  const earlier = { users: [process.pid, process.pid], starts: { [process.pid]: "1" } };
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...earlier }));

  const server = await startEmbeddedPostgres({ dataDir });
  const again = await startEmbeddedPostgres({ dataDir });
  await again.stop();

  expect(server.isOwner).toBe(true);
  expect(again.isOwner).toBe(false);
  expect(await ask(server.connectionString, "SELECT 1 AS answer")).toBe(1);
  await server.stop();
  expect(existsSync(lockFile())).toBe(false);
});

test("a folder of another major version is refused with what to do, and left as it is", async () => {
  const file = join(dataDir, "cluster/PG_VERSION");
  const version = readFileSync(file, "utf8");
  writeFileSync(file, "12\n");

  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
    /written by PostgreSQL 12.*Run the TraceOps version/u,
  );
  writeFileSync(file, version);
});
