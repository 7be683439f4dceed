/** A value with its unit after both were brought to base units. */
export interface NormalMeasure {
  readonly unit: string;
  readonly value: number;
}

/** A unit in base units: its UCUM name, and by what a value in the given unit is multiplied and divided. */
interface Spelling {
  readonly unit: string;
  readonly times: number;
  /** Apart from `times`, because 250 / 1000 is exact where 250 * 0.001 is not. */
  readonly over: number;
}

const MAX_LENGTH = 63;

/**
 * Brings a unit and its value to the form in which equal quantities compare: UCUM in base units, as OpenTelemetry
 * recommends. Times become seconds, sizes bytes, rates per second; "%" stays "%", and what is not known stays as it is.
 * Kilo is 1000 and kibi 1024, whoever writes it.
 */
export function normaliseMeasure(unit: string, value: number): NormalMeasure {
  const { unit: base, times, over } = spellingOf(unit);
  return { unit: base, value: (value * times) / over };
}

/** The UCUM name in base units that a unit is written as after `normaliseMeasure`. */
export function normaliseUnit(unit: string): string {
  return spellingOf(unit).unit;
}

function spellingOf(unit: string): Spelling {
  const text = unit.trim();
  const known = wholeUnit(text);
  if (known !== null) return known;
  const rate = /^([^/]{0,40}?)\s?(?:\/|[ _-]per[ _-])\s?([^/]{1,20})$/u.exec(text);
  const [above, below] = [rate?.[1] ?? "", rate?.[2] ?? ""];
  const period = rate === null ? null : timeUnit(below);
  if (period === null) return same(text.slice(0, MAX_LENGTH));
  const counted = above === "" ? same("1") : (wholeUnit(above) ?? same(above));
  return {
    unit: `${counted.unit}/s`,
    times: counted.times * period.over,
    over: counted.over * period.times,
  };
}

function wholeUnit(text: string): Spelling | null {
  return EXACT.get(text) ?? timeUnit(text) ?? WORDS.get(text.toLowerCase()) ?? null;
}

function timeUnit(text: string): Spelling | null {
  return TIMES.get(text) ?? (text.length > 2 ? (TIMES.get(text.toLowerCase()) ?? null) : null);
}

function same(unit: string): Spelling {
  return { unit, times: 1, over: 1 };
}

/** A factor below zero divides. */
const as = (unit: string, factor: number, spellings: string): readonly (readonly [string, Spelling])[] => {
  const spelling = factor < 0 ? { unit, times: 1, over: -factor } : { unit, times: factor, over: 1 };
  return spellings.split(" ").map((each) => [each, spelling] as const);
};

const TIMES: ReadonlyMap<string, Spelling> = new Map([
  ...as("s", 1, "s sec secs second seconds"),
  ...as("s", -1e3, "ms msec msecs millis millisecond milliseconds"),
  ...as("s", -1e6, "us µs μs usec usecs micros microsecond microseconds"),
  ...as("s", -1e9, "ns nsec nanos nanosecond nanoseconds"),
  ...as("s", 60, "min mins minute minutes"),
  ...as("s", 3600, "h hr hrs hour hours"),
  ...as("s", 86_400, "d day days"),
]);

/** Where upper and lower case mean different things: B is a byte, b nobody knows; Mi is 1024 × 1024, mi is no unit. */
const EXACT: ReadonlyMap<string, Spelling> = new Map([
  ...as("By", 1, "By B"),
  ...as("By", 1e3, "kBy kB KB"),
  ...as("By", 1e6, "MBy MB"),
  ...as("By", 1e9, "GBy GB"),
  ...as("By", 1e12, "TBy TB"),
  ...as("By", 2 ** 10, "KiBy KiB Ki"),
  ...as("By", 2 ** 20, "MiBy MiB Mi"),
  ...as("By", 2 ** 30, "GiBy GiB Gi"),
  ...as("By", 2 ** 40, "TiBy TiB Ti"),
  ...as("By/s", 1, "Bps"),
  ...as("By/s", 1e3, "kBps KBps"),
  ...as("By/s", 1e6, "MBps"),
  ...as("bit", 1e3, "kbit Kbit"),
  ...as("bit", 1e6, "Mbit"),
  ...as("bit", 1e9, "Gbit"),
  ...as("bit/s", 1e3, "kbps Kbps"),
  ...as("bit/s", 1e6, "Mbps"),
  ...as("bit/s", 1e9, "Gbps"),
  ...as("Hz", 1, "Hz"),
  ...as("Cel", 1, "Cel C °C"),
]);

const WORDS: ReadonlyMap<string, Spelling> = new Map([
  ...as("By", 1, "byte bytes"),
  ...as("By", 1e3, "kilobyte kilobytes"),
  ...as("By", 1e6, "megabyte megabytes"),
  ...as("By", 1e9, "gigabyte gigabytes"),
  ...as("By", 1e12, "terabyte terabytes"),
  ...as("By", 2 ** 10, "kibibyte kibibytes"),
  ...as("By", 2 ** 20, "mebibyte mebibytes"),
  ...as("By", 2 ** 30, "gibibyte gibibytes"),
  ...as("bit", 1, "bit bits"),
  ...as("bit/s", 1, "bps"),
  ...as("bit", 1e3, "kilobit kilobits"),
  ...as("bit", 1e6, "megabit megabits"),
  ...as("bit", 1e9, "gigabit gigabits"),
  ...as("%", 1, "% percent pct percentage {percent}"),
  ...as("1", 1, "1 ratio fraction count {count} counts unit units"),
  ...as("", 1, "none unknown null"),
  ...as("{request}", 1, "request requests {requests}"),
  ...as("{request}/s", 1, "rps qps reqps"),
  ...as("{operation}", 1, "op ops operation operations {operations}"),
  ...as("{operation}/s", 1, "iops opsps"),
  ...as("{packet}", 1, "packet packets {packets}"),
  ...as("{connection}", 1, "connection connections {connections}"),
  ...as("{error}", 1, "error errors {errors}"),
  ...as("{message}", 1, "message messages {messages}"),
  ...as("{cpu}", 1, "core cores cpu cpus {cores}"),
  ...as("{cpu}", -1e3, "millicore millicores mcore mcores millicpu"),
  ...as("Cel", 1, "celsius"),
]);
