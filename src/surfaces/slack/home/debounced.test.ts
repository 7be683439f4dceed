import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Debounced } from "./debounced.ts";

let ran: string[];
let debounced: Debounced;

beforeEach(() => {
  vi.useFakeTimers();
  ran = [];
  debounced = new Debounced(3000, async (name) => {
    ran.push(name);
  });
});
afterEach(() => {
  debounced.stop();
  vi.useRealTimers();
});

test("the first asking runs at once, a hundred more within the gap run once when it is over", async () => {
  for (let times = 0; times < 101; times++) debounced.ask("ada");
  await vi.advanceTimersByTimeAsync(2999);
  expect(ran).toEqual(["ada"]);

  await vi.advanceTimersByTimeAsync(10_000);
  expect(ran).toEqual(["ada", "ada"]);
});

test("one name does not wait for another", async () => {
  debounced.ask("ada");
  debounced.ask("bob");
  await vi.advanceTimersByTimeAsync(0);

  expect(ran).toEqual(["ada", "bob"]);
});

test("what a person waits for does not wait for the gap", async () => {
  debounced.ask("ada");
  await vi.advanceTimersByTimeAsync(100);
  debounced.now("ada");
  await vi.advanceTimersByTimeAsync(0);

  expect(ran).toEqual(["ada", "ada"]);
});

test("nothing runs after the stop", async () => {
  debounced.ask("ada");
  debounced.ask("ada");
  await vi.advanceTimersByTimeAsync(0);
  debounced.stop();
  debounced.ask("bob");
  await vi.advanceTimersByTimeAsync(10_000);

  expect(ran).toEqual(["ada"]);
});
