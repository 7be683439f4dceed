import { printed } from "./printed.ts";
import type { FileTally } from "./sink.ts";
import type { FileRole } from "./walk.ts";

/** What was wrong with one file, in sentences that say what to do; nothing when all of it could be used. */
export function tellFile(tally: FileTally, role: FileRole): readonly string[] {
  const { ref, events, timeless, cutLines, broken } = tally;
  const told: string[] = [];
  if (events === 0) told.push(whyNothing(tally, role));
  else if (timeless > 0) told.push(`${ref}: ${lines(timeless)} without a believable time ${were(timeless)} left out.`);
  if (cutLines > 0) told.push(`${ref}: ${lines(cutLines)} over the length limit ${were(cutLines)} cut.`);
  if (broken > 0 && events > 0)
    told.push(`${ref}: ${lines(broken)} could not be understood and ${were(broken)} left out.`);
  return told;
}

/** How much of a file is missing because a limit was reached, in sentences with "n of m"; none when nothing is. */
export function tellUnread({ ref, lines: count, unread, hasMore, events, unkept }: FileTally): readonly string[] {
  const told: string[] = [];
  const all = `${hasMore ? "more than " : ""}${printed(count)}`;
  if (unread > 0)
    told.push(`${ref}: ${printed(count - unread)} of ${all} lines were read, which is the limit: name fewer files.`);
  if (unkept > 0)
    told.push(
      `${ref}: ${printed(events - unkept)} of ${printed(events)} records were kept, which is the limit: name fewer files.`,
    );
  return told;
}

const FORMS: Readonly<Record<FileRole, string>> = {
  log: "give it lines that begin with a time, or JSON lines with a timestamp field",
  "metrics-csv": "give it the columns time, service, metric, value",
  changes: "give it one JSON object a line with at, service, kind and ref, or a GitHub or PagerDuty webhook body",
  kubernetes: "save it with: kubectl get events -o json",
  topology: 'give it the form {"edges": [["caller", "callee"]]}',
  alert: "give it an alert's webhook body",
};

function whyNothing({ ref, lines: count, timeless }: FileTally, role: FileRole): string {
  const reason =
    role === "log" && (timeless > 0 || count > 0)
      ? "holds no line with a timestamp"
      : "holds nothing that could be used";
  return `${ref} ${reason}: ${FORMS[role]}.`;
}

function lines(count: number): string {
  return count === 1 ? "1 line" : `${count} lines`;
}

function were(count: number): string {
  return count === 1 ? "was" : "were";
}
