import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { InMemoryMarks, RecordingLogger } from "../../../../test/support/fakes.ts";
import { HomeNews } from "./home-news.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

let nonces = 0;
const newNonce = () => `n${(nonces += 1)}`;

function aProcess(marks: InMemoryMarks, isWatched: () => boolean) {
  const heard = { times: 0 };
  const onNews = () => void (heard.times += 1);
  return { heard, news: new HomeNews({ marks, logger: new RecordingLogger(), newNonce, isWatched, onNews }) };
}

test("what a worker draws reaches the process in which a Home is open, once, and not its own news again", async () => {
  const marks = new InMemoryMarks();
  const worker = aProcess(marks, () => false);
  const home = aProcess(marks, () => true);
  home.news.start();

  await worker.news.tell();
  await worker.news.tell();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(home.heard.times).toBe(1);

  await home.news.tell();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(home.heard.times).toBe(2);
  home.news.stop();
});

test("nothing is read while nobody has a Home open", async () => {
  const marks = new InMemoryMarks();
  const get = vi.spyOn(marks, "get");
  const { news } = aProcess(marks, () => false);
  news.start();

  await vi.advanceTimersByTimeAsync(30_000);
  expect(get).not.toHaveBeenCalled();
  news.stop();
});
