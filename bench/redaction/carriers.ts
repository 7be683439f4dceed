/** Where a secret stands: what programs write around it. */
export interface Carrier {
  readonly name: string;
  write(text: string): string;
}

export const CARRIERS: readonly Carrier[] = [
  {
    name: "log line",
    write: (text) => `2026-11-21T01:47:20.123Z ERROR [worker-3] upstream said ${text} after 3 tries`,
  },
  { name: "header", write: (text) => `> X-Upstream-Note: ${text}\r\n> Accept: */*` },
  { name: "JSON body", write: (text) => `{"level":"error","message":${JSON.stringify(text)},"status":502}` },
  { name: "URL", write: (text) => `GET https://api.example/v1/find?note=${encodeURIComponent(text)}&page=2 502` },
  {
    name: "stack trace",
    write: (text) =>
      `Error: refused: ${text}\n    at connect (/app/dist/client.js:118:9)\n    at async run (/app/dist/main.js:20:3)`,
  },
  { name: "env dump", write: (text) => `HOME=/root\nUPSTREAM_NOTE=${text}\nLANG=C.UTF-8` },
  { name: "YAML", write: (text) => `upstream:\n  note: |\n    ${text.replaceAll("\n", "\n    ")}\n  retries: 3` },
  { name: "command line", write: (text) => `/usr/bin/sync --note '${text}' --verbose` },
];
