import { resolve } from "node:path";

/** The folder of this installation: settings and data are found there wherever the command was called from. */
export const PROJECT_ROOT = resolve(import.meta.dirname, "../..");
