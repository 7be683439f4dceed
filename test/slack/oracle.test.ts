import { describe, expect, test } from "vitest";
import { isJson, objects, text } from "../../dev/slack/json.ts";
import { problemsOfMessage, problemsOfView } from "../../dev/slack/oracle/problems.ts";
import { blockTypes } from "../../dev/slack/oracle/shapes.ts";
import { contractFile } from "../support/fake-slack/contract-files.ts";
import { BROKEN, problemsOfBroken, problemsOfSample } from "./oracle-cases.ts";

const listOf = (path: string, key: string) => {
  const manifest = contractFile(path);
  return isJson(manifest) ? objects(manifest[key]) : [];
};
const valid = listOf("slack/blockkit/manifest.json", "fixtures").map(({ id }) => text(id));
const invalid = listOf("slack/blockkit/fixtures/invalid/manifest.json", "cases").map(({ id }) => text(id));

describe("the oracle and the independent list of samples", () => {
  test("agree on every valid sample", ({ skip }) => {
    if (valid.length === 0) skip("the vendor's samples are not on this machine");
    const refused = valid.flatMap((id) => {
      const [folder = "", name = ""] = id.split("/");
      const problems = problemsOfSample(folder, name, contractFile(`slack/blockkit/fixtures/valid/${id}.json`));
      return problems.length === 0 ? [] : [[id, problems]];
    });

    expect(valid.length).toBe(100);
    expect(refused).toEqual([]);
  });

  test("agree on every invalid case", ({ skip }) => {
    if (invalid.length === 0) skip("the vendor's samples are not on this machine");

    expect(invalid.filter((id) => BROKEN[id] === undefined)).toEqual([]);
    expect(Object.keys(BROKEN).filter((id) => !invalid.includes(id))).toEqual([]);
  });

  test.for(Object.keys(BROKEN))("%s is refused, and for little else", (id) => {
    const problems = problemsOfBroken(BROKEN[id] ?? {});

    expect(problems.length).toBeGreaterThan(0);
    expect(problems.slice(2)).toEqual([]);
  });
});

const section = (more: object = {}) => ({ type: "section", text: { type: "mrkdwn", text: "words" }, ...more });
const primary = (id: string) => ({
  type: "actions",
  elements: [{ type: "button", style: "primary", action_id: id, text: { type: "plain_text", text: "Go" } }],
});
const modal = (blocks: readonly object[], more: object = {}) => ({
  type: "modal",
  title: { type: "plain_text", text: "Window" },
  blocks,
  ...more,
});
const field = { type: "input", label: { type: "plain_text", text: "l" }, element: { type: "plain_text_input" } };

describe("a message", () => {
  test("of plain blocks passes", () => {
    expect(problemsOfMessage([section(), { type: "divider" }, primary("a")])).toEqual([]);
  });

  test.for([
    { why: "more than 50 blocks", blocks: Array.from({ length: 51 }, () => section()) },
    { why: "a block_id twice", blocks: [section({ block_id: "a" }), section({ block_id: "a" })] },
    { why: "two primary buttons", blocks: [primary("a"), primary("b")] },
    {
      why: "an alert, which only windows may have",
      blocks: [{ type: "alert", text: { type: "plain_text", text: "x" } }],
    },
    { why: "a key that nobody declared", blocks: [section({ colour: "red" })] },
    { why: "a type that nobody declared", blocks: [{ type: "marquee" }] },
    {
      why: "a task status that Slack refuses",
      blocks: [{ type: "task_card", task_id: "t", title: "t", status: "completed" }],
    },
    {
      why: "a vote inside a container",
      blocks: [{ type: "container", child_blocks: [{ type: "context_actions", elements: [] }] }],
    },
    {
      why: "too many characters in all",
      blocks: Array.from({ length: 5 }, () => section({ text: { type: "mrkdwn", text: "x".repeat(2900) } })),
    },
    { why: "an image without a description", blocks: [{ type: "image", image_url: "https://shop.example/i.png" }] },
  ])("with $why is refused", ({ blocks }) => {
    expect(problemsOfMessage(blocks)).not.toEqual([]);
  });

  test("problem names the place", () => {
    expect(problemsOfMessage([section(), section({ colour: "red" })])).toEqual([
      "[ERROR] invalid additional property: colour [json-pointer:/blocks/1]",
    ]);
  });
});

describe("a window", () => {
  test("with inputs needs a button to send it", () => {
    expect(problemsOfView(modal([field]))).not.toEqual([]);
    expect(problemsOfView(modal([field], { submit: { type: "plain_text", text: "Send" } }))).toEqual([]);
  });

  test("does not take blocks of messages", () => {
    expect(problemsOfView(modal([{ type: "context_actions", elements: [] }]))).not.toEqual([]);
  });
});

test("the declarations of the vendor's package are read whole", () => {
  expect(blockTypes()).toEqual(expect.arrayContaining(["section", "container", "task_card", "image", "data_table"]));
  expect(blockTypes().length).toBeGreaterThanOrEqual(21);
});
