/**
 * Where things stand in the memory of the WebAssembly module, in bytes. The module (`assembly/`, AssemblyScript) and the
 * program read the same numbers from here; change them and run `node scripts/build-wasm.mjs`.
 */

/** Per needed field 16 bytes: kind, flags, rank, then from and to. */
export const FIELDS = 1024;
/** What closes the objects and lists that are open. */
export const NESTING = 1280;
/** Classes of bytes for the miner. */
export const CLASSES = 2048;
export const DAYS_TO_YEAR = 2304;
export const DAYS_TO_MONTH = 2816;
/** `ROLE_OF_BYTE` of the miner. */
export const ROLES = 3072;
/** A token with its variables masked. */
export const MASKED = 3328;
export const MASKED_BYTES = 256;
/** How many tokens the message at hand has, and both halves of its signature. */
export const SIGNED = 3584;
/** Tokens of the message at hand, a row each of: first hash, second hash, first byte, end; then a byte each of shape. */
export const TOKEN_ROOM = 512;
export const HASH_A = 4096;
export const HASH_B = HASH_A + TOKEN_ROOM * 4;
export const TOKEN_FROM = HASH_B + TOKEN_ROOM * 4;
export const TOKEN_TO = TOKEN_FROM + TOKEN_ROOM * 4;
export const SHAPES = TOKEN_TO + TOKEN_ROOM * 4;
/** `MAYBE_SPECIAL` of the miner, its `SPECIAL_BITS` and their slots. */
export const MAYBE_SPECIAL = 16384;
export const SPECIAL_BITS = MAYBE_SPECIAL + 8192;
export const SPECIAL_SLOTS = 1024;
/** The miner's bits of first words, in words of 32. */
export const FIRST_WORDS = SPECIAL_BITS + SPECIAL_SLOTS * 16;
export const FIRST_WORDS_SIZE = 2048;

/** Three tables of names, in this order: services, hosts, levels. */
export const NAMES = 65536;
export const NAME_SLOTS = 1024;
/** Length, number, and up to 55 bytes of the name. */
export const NAME_SLOT_BYTES = 64;
export const NAMES_BYTES = NAME_SLOTS * NAME_SLOT_BYTES;

/**
 * Shapes of lines as a tree of steps: first step behind it, next sibling, length, start of the bytes; at 16 code, live,
 * kind, and 64 minus the bits of the head, which is at 24: the first eight bytes.
 */
export const STEPS = NAMES + 3 * NAMES_BYTES;
export const MAX_STEPS = 4096;
export const STEP_SIZE = 32;
export const STEP_TEXT = STEPS + MAX_STEPS * STEP_SIZE;
export const MAX_STEP_TEXT = 131072;
/** The code of a step that ends its line. */
export const STEP_END = 255;

/** The miner's table of signatures. */
export const SIGNATURES = STEP_TEXT + MAX_STEP_TEXT + 1024;
export const SIGNATURE_SLOTS = 16384;
/** The miner's table of patterns: its sets, ways, and numbers of a way. */
export const PATTERNS = SIGNATURES + SIGNATURE_SLOTS * 16;
export const PATTERN_SETS = 1024;
export const PATTERN_WAYS = 4;
export const PATTERN_TOKENS = 64;
export const PATTERN_STRIDE = 8 + 2 * PATTERN_TOKENS;
/** The miner's table of traits. */
export const TRAITS = PATTERNS + PATTERN_SETS * PATTERN_WAYS * PATTERN_STRIDE * 4;
export const TRAIT_SLOTS = 16384;
/** Per template 1 + what it is part of by now (0: not known), how often it was met since the last count, and which were. */
export const MAX_TEMPLATES = 131072;
export const FINALS = TRAITS + TRAIT_SLOTS * 16;
export const PENDING = FINALS + MAX_TEMPLATES * 4;
export const MAX_ROWS = 8192;
export const COUNTED = PENDING + MAX_TEMPLATES * 4;

/** The columns of the rows. */
export const OFFSETS = COUNTED + MAX_ROWS * 4;
export const LENGTHS = OFFSETS + MAX_ROWS * 4;
export const TIMES = LENGTHS + MAX_ROWS * 4;
export const SERVICES = TIMES + MAX_ROWS * 8;
export const HOSTS = SERVICES + MAX_ROWS * 4;
export const TEMPLATES = HOSTS + MAX_ROWS * 4;
export const TRACES = TEMPLATES + MAX_ROWS * 4;
export const SEVERITIES = TRACES + MAX_ROWS * 4;
export const ZONELESS = SEVERITIES + MAX_ROWS;

/** A message that is put together: its text and its error, both of one line. */
export const SCRATCH = ZONELESS + MAX_ROWS;
export const SCRATCH_BYTES = 262144;
/** The lines at hand, then a margin that vectors may read. */
export const INPUT = SCRATCH + SCRATCH_BYTES;
export const INPUT_BYTES = 262144;
/** Pages of 64 KB in all; `build-wasm.mjs` has the same number. */
export const PAGES = 80;

/** Why a line is left to the program: its shape is not known, or a value in it is odd. */
export const UNKNOWN_SHAPE = 1;
export const ODD_VALUE = 2;
