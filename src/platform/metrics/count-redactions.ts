import type { Metrics } from "../../app/metrics-port.ts";

/** Markers name their rule: "[redacted-card]". */
const MARKER = /\[redacted-([a-z0-9-]{1,40})\]|\[(withheld):/gu;

/** Counts texts by the rules that found something in them. A text that came with markers counts for what is new. */
export function countRedactions(metrics: Metrics): (clean: string, raw: string) => void {
  return (clean, raw) => {
    const rules = new Set([...clean.matchAll(MARKER)].map(([, rule, withheld]) => rule ?? withheld ?? ""));
    for (const rule of rules) {
      const marker = rule === "withheld" ? "[withheld:" : `[redacted-${rule}]`;
      if (!raw.includes(marker)) metrics.count("traceops_redactions_total", { rule });
    }
    if (rules.size === 0) metrics.count("traceops_redactions_total", { rule: "other" });
  };
}
