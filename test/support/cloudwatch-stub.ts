import nock from "nock";
import { z } from "zod";

export interface KeptLine {
  readonly atMs: number;
  readonly message: string;
}

/** One message that went over the wire. */
export interface Exchange {
  readonly operation: string;
  readonly request: unknown;
  readonly response: unknown;
}

const Query = z.object({
  logGroupNames: z.array(z.string()),
  startTime: z.number(),
  endTime: z.number(),
  queryString: z.string(),
});
const Asked = z.object({ queryId: z.string() });
const ACCOUNT = "123456789012";
const TROUBLE = /error|warn|fatal|fail|timeout|timed out|refused|denied/iu;

interface Running {
  readonly query: z.infer<typeof Query>;
  looks: number;
}

/** CloudWatch Logs of one region as far as Insights goes: queries run for a while, then give the kept lines of their range. */
export class CloudWatchStub {
  readonly exchanges: Exchange[] = [];
  readonly #lines = new Map<string, KeptLine[]>();
  readonly #queries = new Map<string, Running>();

  /** Answers at the region's own address until `nock.cleanAll()`. */
  install(region: string): void {
    nock(`https://logs.${region}.amazonaws.com`)
      .persist()
      .post("/")
      .reply(async (request: Request) => {
        const operation = (request.headers.get("x-amz-target") ?? "").replace("Logs_20140328.", "");
        const asked: unknown = await request.json();
        const response = this.#answer(operation, asked);
        this.exchanges.push({ operation, request: asked, response });
        return [200, JSON.stringify(response), { "content-type": "application/x-amz-json-1.1" }];
      });
  }

  keep(group: string, lines: readonly KeptLine[]): void {
    this.#lines.set(group, [...(this.#lines.get(group) ?? []), ...lines]);
  }

  #answer(operation: string, asked: unknown): object {
    if (operation === "StartQuery") return this.#start(Query.parse(asked));
    if (operation === "GetQueryResults") return this.#look(Asked.parse(asked).queryId);
    return { success: true };
  }

  #start(query: z.infer<typeof Query>): object {
    const queryId = `query-${this.#queries.size + 1}`;
    this.#queries.set(queryId, { query, looks: 0 });
    return { queryId };
  }

  #look(queryId: string): object {
    const running = this.#queries.get(queryId);
    if (running === undefined) throw new TypeError(`no such query: ${queryId}`);
    running.looks++;
    if (running.looks === 1)
      return { queryLanguage: "CWLI", status: "Running", results: [], statistics: statistics(0) };
    const results = running.query.logGroupNames.flatMap((group) => this.#rows(group, running.query));
    return { queryLanguage: "CWLI", status: "Complete", results, statistics: statistics(results.length) };
  }

  #rows(group: string, { startTime, endTime, queryString }: z.infer<typeof Query>): readonly object[] {
    return (this.#lines.get(group) ?? [])
      .map((line, index) => ({ ...line, ptr: `${group}-${index}` }))
      .filter(({ atMs }) => atMs >= startTime * 1_000 && atMs <= endTime * 1_000)
      .filter(({ message }) => !queryString.includes("| filter ") || TROUBLE.test(message))
      .map(({ atMs, message, ptr }) => [
        { field: "@timestamp", value: insightsTime(atMs) },
        { field: "@ingestionTime", value: insightsTime(atMs + 800) },
        { field: "@message", value: message },
        { field: "@logStream", value: "app/main/0f3c" },
        { field: "@log", value: `${ACCOUNT}:${group}` },
        { field: "@ptr", value: ptr },
      ]);
  }
}

function statistics(matched: number): object {
  return {
    recordsMatched: matched,
    recordsScanned: matched,
    estimatedRecordsSkipped: 0,
    bytesScanned: matched * 120,
    estimatedBytesSkipped: 0,
    logGroupsScanned: 1,
  };
}

/** Insights writes UTC without saying so. */
function insightsTime(atMs: number): string {
  return new Date(atMs).toISOString().replace("T", " ").replace("Z", "");
}
