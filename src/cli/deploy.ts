import { z } from "zod";
import { ingestTokens } from "../ingest/routes.ts";
import { type Command, reasonOf, targetUrl, textOption } from "./command.ts";
import { reach } from "./reach.ts";

const Announcement = z.object({
  service: z.string().min(1).max(200),
  version: z.string().min(1).max(200),
  environment: z.string().max(100).optional(),
  at: z.iso.datetime({ offset: true }).optional(),
  by: z.string().max(200).optional(),
  url: z.url().optional(),
  summary: z.string().max(1000).optional(),
});

/** Announces a deploy from any CI, so that it stands in the timeline and can be suspected. */
export const deploy: Command = {
  summary: "Announces a deploy to a running TraceOps, from any CI.",
  usage:
    "--service <name> --version <version> [--url <link>] [--environment production] [--at <ISO time>] [--by <name>] [--summary <text>] [--to <TraceOps address>] [--token <ingest token>]",
  options: {
    service: { type: "string" },
    version: { type: "string" },
    environment: { type: "string" },
    at: { type: "string" },
    by: { type: "string" },
    url: { type: "string" },
    summary: { type: "string" },
    to: { type: "string" },
    token: { type: "string" },
  },
  async run(args, io) {
    const given = Object.fromEntries(Object.entries(args.values).filter(([name]) => name !== "to" && name !== "token"));
    const announcement = Announcement.safeParse(given);
    if (!announcement.success) {
      const problems = announcement.error.issues.map(({ code, path, message }) => {
        const what = code === "invalid_type" ? "is missing" : message;
        return `--${path.join(".")}: ${what}`;
      });
      io.err(`The deploy was not announced.\n${problems.join("\n")}\n`);
      return 2;
    }
    const to = targetUrl(args, io);
    const token = textOption(args, "token") ?? ingestTokens(io.environment)[0]?.token;
    const response = await post(new URL("/v1/deploys", to), announcement.data, token);
    if (typeof response === "string") {
      io.err(`TraceOps at ${to} could not be reached: ${response}. Is it running, and is --to its address?\n`);
      return 1;
    }
    if (response.ok) {
      io.out(`Announced ${announcement.data.service} ${announcement.data.version}.\n`);
      return 0;
    }
    const hint = response.status === 401 ? " Give one of INGEST_TOKENS with --token." : "";
    io.err(`TraceOps refused the announcement with status ${response.status}.${hint}\n`);
    return 1;
  },
};

async function post(url: URL, body: object, token: string | undefined): Promise<Response | string> {
  try {
    return await reach(url)(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
  } catch (error) {
    return reasonOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
  }
}
