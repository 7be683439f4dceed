import { expect, test } from "vitest";
import { ManualClock } from "../../../../test/support/fakes.ts";
import { RefusedForms } from "./refused-forms.ts";

test("a refused form is not offered to that workspace for a day, and then again", () => {
  const clock = new ManualClock();
  const forms = new RefusedForms(clock);
  const refused = { team: "T0ACME", look: "hypotheses", form: "new" } as const;

  forms.add(refused);

  expect(forms.has(refused)).toBe(true);
  expect(forms.has({ ...refused, team: "T0BETA" })).toBe(false);
  expect(forms.has({ ...refused, look: "timeline" })).toBe(false);
  clock.advance(24 * 60 * 60_000);
  expect(forms.has(refused)).toBe(false);
});
