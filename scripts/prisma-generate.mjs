// Generates the Prisma client without a network. `generate` never calls the schema engine, but the CLI refuses to start
// without one and would download it; naming the Node executable as that engine keeps it quiet. Only for `generate`,
// `validate` and `format`: a migration command would then apply nothing and say that all is well.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const command = process.argv[2] ?? "generate";
if (!["generate", "validate", "format"].includes(command)) {
  console.error(`prisma ${command} needs a real schema engine; use scripts/prisma-migrations.ts for migrations`);
  process.exit(2);
}

const result = spawnSync(
  process.execPath,
  [join(root, "node_modules/prisma/build/index.js"), command, "--schema", join(root, "prisma/schema.prisma")],
  {
    cwd: root,
    encoding: "utf8",
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
      NO_COLOR: "1",
    },
  },
);
if (result.status !== 0) process.stderr.write(`${result.stdout}${result.stderr}`);
process.exit(result.status ?? 1);
