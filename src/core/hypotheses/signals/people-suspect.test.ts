import { describe, expect, test } from "vitest";
import { anIncident, asObserved, at, observed, type Story, words } from "../../../../test/support/observations.ts";
import type { StatedKind } from "../../corrections/correction.ts";
import type { PersonEvent } from "../../event.ts";
import { eventId, type HypothesisId } from "../../ids.ts";
import { msToNs } from "../../time.ts";
import { findCandidates } from "../candidates.ts";
import { openCaseFile } from "../case-file.ts";
import { peopleSuspect } from "./people-suspect.ts";

const story: Story = {
  symptoms: [{ service: "orders", text: "cannot read total", from: "01:47:20", meaning: { category: "code-error" } }],
  changes: [
    { service: "orders", at: "01:45:00", version: "v2.4" },
    { service: "carts", at: "01:44:00", version: "v9" },
  ],
};

function said(text: string, stated?: PersonEvent["stated"]): PersonEvent {
  return {
    kind: "person",
    id: eventId("people", text),
    atNs: msToNs(at("01:52:00")),
    observedNs: null,
    service: null,
    host: null,
    source: "people",
    ref: words("correction 1"),
    traceId: null,
    spanId: null,
    requestId: null,
    who: words("Ada"),
    text: words(text),
    ...(stated === undefined ? {} : { stated }),
  };
}

/** The candidates of the story. */
function candidates(people: readonly PersonEvent[]) {
  const file = openCaseFile(anIncident(), observed({ ...story, extra: { people: people.map(asObserved) } }));
  return findCandidates(file).map((candidate) => ({ candidate, hits: peopleSuspect.ask(candidate, file) }));
}

function hitsOn(about: string, people: readonly PersonEvent[]) {
  const found = candidates(people).find(({ candidate }) => `${candidate.service} ${candidate.kind}` === about);
  if (found === undefined) throw new TypeError(`no candidate ${about}`);
  for (const { evidenceIds } of found.hits) expect(evidenceIds).toEqual([people[0]?.id]);
  return found.hits.map(({ points, because }) => [points, because]);
}

const suspicion = (kind: StatedKind, hypothesisId: HypothesisId | null = null) => ({
  kind,
  hypothesisId,
  isCause: false,
});

describe("somebody who says what it was", () => {
  test("lifts every suspect of that kind, and no other", () => {
    const people = [said("suspects a change", suspicion("change"))];

    expect(hitsOn("carts change", people)).toEqual([[100, "Ada suspects a change"]]);
    expect(hitsOn("orders code-error", people)).toEqual([]);
  });

  test.for([
    ["named the cause: the release v2.4, see chat", "dependency"],
    ["suspects a dependency: orders (release v2.4)", "dependency"],
    ["suspects a change: ORDERS", "change"],
  ] as const)('lifts most what they name: "%s"', ([text, kind]) => {
    const people = [said(text, suspicion(kind))];

    expect(hitsOn("orders change", people)).toEqual([[200, "Ada names it"]]);
    expect(hitsOn("carts change", people)).toEqual(kind === "change" ? [[100, "Ada suspects a change"]] : []);
  });

  test("does not name a change with its service alone when they suspect something else", () => {
    expect(hitsOn("orders change", [said("suspects load: orders", suspicion("load"))])).toEqual([]);
  });

  test("is not taken at half a word", () => {
    expect(hitsOn("orders change", [said("suspects load: v2.40 of preorders", suspicion("load"))])).toEqual([]);
  });

  test("lifts nothing when it is not known yet, or no incident", () => {
    const people = [said("suspects not known yet", suspicion("not-known"))];

    expect(candidates(people).flatMap(({ hits }) => hits)).toEqual([]);
  });
});

test("the suspect that was voted down goes down, also when it is of the kind that the person suspects", () => {
  const id = candidates([]).find(({ candidate }) => candidate.service === "orders" && candidate.kind === "change");
  const people = [said("suspects a change", suspicion("change", id?.candidate.id ?? null))];

  expect(hitsOn("orders change", people)).toEqual([[-150, "Ada says that it was not this"]]);
  expect(hitsOn("carts change", people)).toEqual([[100, "Ada suspects a change"]]);
});

test("naming the suspect as the cause speaks through the vote, not a second time here", () => {
  const id = candidates([]).find(({ candidate }) => candidate.service === "orders")?.candidate.id ?? null;
  const people = [said("named the cause: orders v2.4", { kind: "change", hypothesisId: id, isCause: true })];

  expect(candidates(people).find(({ candidate }) => candidate.id === id)?.hits).toEqual([]);
});

test("a note without such a statement moves nothing", () => {
  expect(candidates([said("orders v2.4 was it, I am sure")]).flatMap(({ hits }) => hits)).toEqual([]);
});
