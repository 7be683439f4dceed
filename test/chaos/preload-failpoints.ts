// Handed to a process with --import: puts live fail points in the place of the ones that do nothing.
import { registerHooks } from "node:module";

const live = new URL("live-failpoint.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    return resolved.url.endsWith("/src/platform/failpoint.ts") ? { ...resolved, url: live } : resolved;
  },
});
