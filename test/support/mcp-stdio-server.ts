import { serveMcpStdio } from "../../src/surfaces/mcp/stdio.ts";
import { KeptIncident, surfaceDeps } from "./surface-deps.ts";

/** A process that answers MCP on stdin and stdout over one kept incident; a test starts it as an agent would. */
const { verbs, redactor, logger } = surfaceDeps([new KeptIncident()]);
await serveMcpStdio({ verbs, redactor, logger }, new AbortController().signal);
