import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MANIFESTS, manifestText } from "../src/surfaces/slack/manifest.ts";

/** Writes the Slack app manifests from the one typed object in the code: `node scripts/generate-manifests.ts`. */
const folder = join(import.meta.dirname, "../manifests");
mkdirSync(folder, { recursive: true });
for (const [name, manifest] of Object.entries(MANIFESTS)) writeFileSync(join(folder, name), manifestText(manifest));
