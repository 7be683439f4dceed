import { z } from "zod";
import type { SettingsGroup } from "./config.ts";

const JsonSchemaObject = z.object({
  properties: z.record(
    z.string(),
    z.object({
      description: z.string().optional(),
      default: z.union([z.string(), z.number(), z.boolean()]).optional(),
    }),
  ),
});

interface SettingLine {
  readonly name: string;
  readonly description: string;
  readonly default: string | null;
}

/** Text of `.env.example`: every setting, commented out, with what it does. Copying it changes nothing. */
export function envExample(groups: readonly SettingsGroup[]): string {
  const head =
    "# Every setting of TraceOps. Generated from the settings schema: do not edit, run `npm run docs:generate`.\n# Nothing is required: with nothing set, `npm start` shows the demo incident on an embedded database.\n";
  const body = groups.map((group) => {
    const how = group.howToConfigure === null ? [] : [`# ${group.howToConfigure}`];
    const settings = settingsOf(group).map(
      ({ name, description, default: value }) => `# ${description}\n# ${name}=${value ?? ""}`,
    );
    return [`\n# --- ${group.title} ---`, ...how, ...settings].join("\n");
  });
  return `${head}${body.join("\n")}\n`;
}

/** The settings as a page for administrators, in Markdown. */
export function settingsPage(groups: readonly SettingsGroup[]): string {
  const sections = groups.map((group) => {
    const rows = settingsOf(group).map(
      ({ name, description, default: value }) =>
        `| \`${name}\` | ${value === null ? "" : `\`${value}\``} | ${description.replaceAll("|", "\\|")} |`,
    );
    const how = group.howToConfigure === null ? [] : [group.howToConfigure, ""];
    return [
      `## ${group.title}`,
      "",
      ...how,
      "| setting | default | what it does |",
      "| --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return `# Settings\n\nGenerated from the settings schema by \`npm run docs:generate\`. Settings come from the environment or from a file \`.env\`;\nthe environment wins. All wrong settings are reported together, by name, without their values.\n\n${sections.join("\n\n")}\n`;
}

function settingsOf(group: SettingsGroup): readonly SettingLine[] {
  const schema = JsonSchemaObject.parse(z.toJSONSchema(z.object(group.shape), { io: "input", unrepresentable: "any" }));
  return Object.entries(schema.properties).map(([name, { description, default: value }]) => ({
    name,
    description: description ?? "",
    default: value === undefined ? null : String(value),
  }));
}
