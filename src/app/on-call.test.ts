import { expect, test } from "vitest";
import { safe } from "../core/safe.ts";
import { onCall } from "./on-call.ts";
import type { IncidentSender } from "./ports.ts";

const sender = (source: string, ask?: IncidentSender["onCall"]): IncidentSender => ({
  source,
  setStatus: async () => ({ status: "done" }),
  ...(ask === undefined ? {} : { onCall: ask }),
});

test("every system that knows who is on call is asked, and one that fails leaves the others their answer", async () => {
  const failing = sender("broken", async () => {
    throw new TypeError("no");
  });
  const senders = [sender("pager", async (service) => [safe`Ann`, safe`${service.length}`]), failing, sender("mute")];

  expect(await onCall(senders, safe`basket`)).toEqual({
    service: "basket",
    answers: [
      { system: "pager", names: ["Ann", "6"] },
      { system: "broken", names: null },
    ],
  });
});
