/** Which new traces are sent, and whether what belongs to a trace follows its beginning. */
export interface SamplerChoice {
  readonly root: "always" | "never" | { readonly ratio: number };
  readonly followsParent: boolean;
}

const DEFAULT: SamplerChoice = { root: "always", followsParent: true };

/** By the specification a name that is not known, or a share that is none, counts as not set, and is said. */
export function readSampler(
  name: string,
  argument: string | undefined,
): { readonly choice: SamplerChoice; readonly problems: readonly string[] } {
  const told = name.trim().toLowerCase();
  const followsParent = told.startsWith("parentbased_");
  switch (told.replace("parentbased_", "")) {
    case "always_on":
      return { choice: { root: "always", followsParent }, problems: [] };
    case "always_off":
      return { choice: { root: "never", followsParent }, problems: [] };
    case "traceidratio": {
      const ratio = ratioOf(argument);
      const problems = ratio === null ? ["OTEL_TRACES_SAMPLER_ARG: no number from 0 to 1, all traces are sent"] : [];
      return { choice: { root: { ratio: ratio ?? 1 }, followsParent }, problems };
    }
    default:
      return { choice: DEFAULT, problems: ["OTEL_TRACES_SAMPLER: not known here, all traces are sent"] };
  }
}

function ratioOf(argument: string | undefined): number | null {
  if (argument === undefined) return 1;
  const ratio = argument.trim() === "" ? Number.NaN : Number(argument);
  return ratio >= 0 && ratio <= 1 ? ratio : null;
}
