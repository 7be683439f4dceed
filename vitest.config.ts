import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    restoreMocks: true,
    // The slowest test without a limit of its own takes 3.4 s beside all others on two cores.
    testTimeout: 20_000,
    projects: [
      { extends: true, test: { name: "unit", include: ["src/**/*.test.ts", "test/*.test.ts"] } },
      { extends: true, test: { name: "packages", include: ["packages/**/*.test.ts"], testTimeout: 30_000 } },
      { extends: true, test: { name: "contracts", include: ["test/contracts/**/*.test.ts"] } },
      { extends: true, test: { name: "scenarios", include: ["test/scenarios/**/*.test.ts"], testTimeout: 30_000 } },
      { extends: true, test: { name: "bench", include: ["test/bench/**/*.test.ts"], testTimeout: 30_000 } },
      {
        extends: true,
        test: { name: "slack", include: ["test/slack/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: "chaos",
          include: ["test/chaos/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 90_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "security",
          include: ["test/security/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 90_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 90_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
