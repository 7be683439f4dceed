import type { ChangedFile } from "../../core/event.ts";
import type { Comparison } from "./answers.ts";

const MAX_FILES = 60;
const MAX_LINES = 40;
const MAX_LINE_LENGTH = 400;

/** Changed files with their added and removed lines; `reversed` for a way back, where added lines go away. */
export function changedFiles(
  comparison: Comparison,
  direction: "forward" | "reversed",
): readonly ChangedFile<string>[] {
  return (comparison.files ?? []).slice(0, MAX_FILES).map(({ filename, patch }) => ({
    path: filename,
    diff: diffLines(patch ?? "", direction),
  }));
}

function diffLines(patch: string, direction: "forward" | "reversed"): readonly string[] {
  const lines = patch.split("\n").filter((line) => /^[+-](?!\+\+ |-- )/u.test(line));
  const turned =
    direction === "forward" ? lines : lines.map((line) => (line.startsWith("+") ? "-" : "+") + line.slice(1));
  return turned.slice(0, MAX_LINES).map((line) => line.slice(0, MAX_LINE_LENGTH));
}
