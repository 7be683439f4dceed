import { expect, test } from "vitest";
import { epochMs } from "../../../core/ids.ts";
import { inQuietHours } from "./quiet-hours.ts";

const at = (hour: number, minute = 0) => epochMs(Date.UTC(2026, 10, 20, hour, minute));
const NIGHT = { from: "22:00", to: "07:00" };

test.each([
  { hour: 21, minute: 59, zone: "UTC", quiet: false },
  { hour: 22, minute: 0, zone: "UTC", quiet: true },
  { hour: 2, minute: 0, zone: "UTC", quiet: true },
  { hour: 7, minute: 0, zone: "UTC", quiet: false },
  // 21:00 UTC is 22:00 in Berlin in November, and 13:00 in Los Angeles.
  { hour: 21, minute: 0, zone: "Europe/Berlin", quiet: true },
  { hour: 21, minute: 0, zone: "America/Los_Angeles", quiet: false },
  { hour: 23, minute: 0, zone: "Nowhere/Atall", quiet: true },
])("at $hour:$minute UTC a night from 22:00 to 07:00 in $zone is quiet: $quiet", ({ hour, minute, zone, quiet }) => {
  expect(inQuietHours(at(hour, minute), NIGHT, zone)).toBe(quiet);
});

test("quiet hours within one day end on it", () => {
  const lunch = { from: "12:00", to: "13:00" };

  expect([11, 12, 13].map((hour) => inQuietHours(at(hour), lunch, "UTC"))).toEqual([false, true, false]);
});

test("no quiet hours are never quiet, and neither are those that begin when they end", () => {
  expect(inQuietHours(at(2), null, "UTC")).toBe(false);
  expect(inQuietHours(at(2), { from: "02:00", to: "02:00" }, "UTC")).toBe(false);
});
