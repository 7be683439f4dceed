import { expect, test } from "vitest";
import { at, words } from "../../../test/support/observations.ts";
import { incidentId } from "../ids.ts";
import { type PastIncident, similarIncidents } from "./similar.ts";

function past(id: string, overrides: Partial<PastIncident> = {}): PastIncident {
  return {
    id: incidentId(id),
    atMs: at("01:00:00"),
    alertedService: words("edge"),
    causeKind: "memory",
    causeService: words("orders"),
    summary: words("orders ran out of memory"),
    confirmed: false,
    ...overrides,
  };
}

test("incidents with the same pattern are found, confirmed ones first, then the latest", () => {
  const all = [
    past("old"),
    past("late", { atMs: at("01:30:00") }),
    past("sure", { confirmed: true }),
    past("other", { causeService: words("store") }),
  ];

  expect(similarIncidents(past("now"), all).map(({ id }) => id)).toEqual(["sure", "late", "old"]);
});

test("at most five are shown", () => {
  const all = Array.from({ length: 9 }, (_, index) => past(`i${index}`));

  expect(similarIncidents(past("now"), all)).toHaveLength(5);
});
