import { createServer } from "node:http";

/** An API of Slack's that agrees with everything and keeps nothing. */
export interface SlackStub {
  readonly apiUrl: string;
  readonly responseUrl: string;
  readonly calls: () => number;
  readonly close: () => void;
}

const AGREED = JSON.stringify({
  ok: true,
  user_id: "U0BOT",
  bot_id: "B0BOT",
  team_id: "T0ACME",
  ts: "1795000000.000100",
  channel: "C0INCIDENTS",
  channels: [],
  messages: [],
  members: ["U0ADA"],
  user: { id: "U0ADA", team_id: "T0ACME", name: "ada", real_name: "Ada", profile: { display_name: "Ada" } },
  view: { id: "V1", hash: "h", root_view_id: "V1" },
  response_metadata: { next_cursor: "" },
});

/** Starts it on a free port of this machine. */
export async function startSlackStub(): Promise<SlackStub> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    request.resume();
    request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end(AGREED));
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    apiUrl: `${origin}/api/`,
    responseUrl: `${origin}/respond`,
    calls: () => calls,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
