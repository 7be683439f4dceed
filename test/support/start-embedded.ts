// Starts (or joins) an embedded server, says where, and waits to be killed. Argument: data folder.
import { startEmbeddedPostgres } from "../../src/store/embedded/start.ts";

const server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? "" });
process.stdout.write(`${server.connectionString}\n`);
await new Promise((resolve) => process.stdin.once("end", resolve).resume());
await server.stop();
