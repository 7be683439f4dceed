#!/usr/bin/env node
// `npx traceops …` inside the repository: the same set-up as `npm start`, then the command line.
process.argv.splice(2, 0, "traceops");
await import("./run.mjs");
