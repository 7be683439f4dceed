import type { Safe } from "../../safe.ts";
import { ACTIONS } from "../actions.ts";
import { SHAPES } from "./find-shape.ts";
import { SHAPE_FAMILIES } from "./registry.ts";
import type { ContextName, Counts, ShapeFamily, ShapeRow } from "./shape.ts";

/** docs/error-shapes.md: every well-known error with what it means and what to do first, for people on call. */
export function shapesPage(): string {
  const sections = SHAPE_FAMILIES.flatMap(familySection);
  return `${[...intro(), ...sections, ...categorySection()].join("\n")}\n`;
}

function intro(): readonly string[] {
  return [
    "# Well-known errors and what they mean",
    "",
    "Generated from `src/core/semantics/shapes/` by `npm run docs:generate`; do not edit.",
    "",
    `TraceOps knows ${SHAPES.length} errors of ${SHAPE_FAMILIES.length} families by their exact spelling. A record that names one gets its category, its`,
    "reason and its suggested checks; checks that only read come first, and nothing is ever run. Beside them, rules over words",
    "know failures that have no code. Denials (“0 errors”) and overcome troubles (“retry succeeded”) do not count.",
    "",
    "How a row counts: **always** makes the record a failure at any severity; **warned** when the record is marked as a warning or",
    "worse; **refines** only says which kind of failure it is when the record fails for another reason.",
    "",
  ];
}

function familySection(family: ShapeFamily): readonly string[] {
  return [
    `## ${family.name}`,
    "",
    `${HOW[family.found]} For example: \`${family.example.replace("{}", firstSign(family))}\``,
    "",
    "| error | category | it means | counts |",
    "| --- | --- | --- | --- |",
    ...family.rows.map((row) => tableRow(family, row)),
    "",
    ...family.rows.flatMap((row) => actionLines(family, row)),
  ];
}

const HOW: Readonly<Record<ShapeFamily["found"], string>> = {
  word: "Found as a whole word, in exactly this spelling.",
  phrase: "Found as these words, in upper or lower case.",
  ...inContext("where such a code stands"),
};

function inContext(where: string): Readonly<Record<ContextName, string>> {
  const sentence = (example: string) => `Found only ${where}: ${example}.`;
  return {
    sqlstate: sentence("after SQLSTATE, sqlState or pgcode, or as `ERROR: <code>:`"),
    mysql: sentence("`ERROR <number> (HY000)`, `errno: <number>`, `(<number>, '…`"),
    "sql-server": sentence("`Msg <number>, Level`, `Error: <number>, Severity`"),
    errno: sentence("`[Errno <number>]`, `(os error <number>)`, `failed (<number>: …`"),
    http: sentence("`status=<status>`, `HTTP <status>`, `response code: <status>`"),
    grpc: sentence("`code = <name>`, `StatusCode.<NAME>`, `grpc-status: <name>`"),
    envoy: sentence("`response_flags=<flags>`, or behind the status of the access log"),
    exit: sentence("`exited with code <number>`, `exitCode: <number>`, `Exited (<number>)`"),
    kubernetes: sentence("as the reason of a Kubernetes event, `event reason: <reason>`"),
    dns: sentence("`rcode=<name>`, `status: <name>`, `answered <name>`"),
    "tls-alert": sentence("`alert number <number>`, `alert(<number>)`"),
    mongo: sentence('`"codeName": "<name>"`, or behind the name of a driver\'s error'),
    amqp: sentence("`reply-code=<number>`"),
    redis: sentence("at the beginning of a reply: `ReplyError: <code> …`, `-<code> …`"),
  };
}

function signsOf(family: ShapeFamily, [, signs]: ShapeRow): readonly string[] {
  return signs.split(family.found === "phrase" ? "|" : " ");
}

function firstSign(family: ShapeFamily): string {
  const [row] = family.rows;
  return row === undefined ? "" : (signsOf(family, row)[0] ?? "");
}

function tableRow(family: ShapeFamily, row: ShapeRow): string {
  const [category, , because, extra] = row;
  const counts: Counts = extra?.counts ?? family.counts;
  return `| ${signsOf(family, row).map(code).join(", ")} | ${category} | ${because} | ${counts} |`;
}

/** A pipe would end the cell, and a backtick the code. */
function code(sign: string): string {
  const text = sign.replaceAll("|", "\\|");
  return sign.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function actionLines(family: ShapeFamily, row: ShapeRow): readonly string[] {
  const actions = row[3]?.actions ?? [];
  return actions.length === 0 ? [] : [`${signsOf(family, row).map(code).join(", ")}: ${sentences(actions)}`, ""];
}

function categorySection(): readonly string[] {
  const categories = Object.entries(ACTIONS) satisfies readonly (readonly [string, readonly Safe[]])[];
  return [
    "## Categories and what to do first",
    "",
    "| category | suggested |",
    "| --- | --- |",
    ...categories.map(([category, actions]) => `| ${category} | ${sentences(actions)} |`),
  ];
}

function sentences(actions: readonly Safe[]): string {
  return actions.join(" ").replaceAll("<", "&lt;");
}
