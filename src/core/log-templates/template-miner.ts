/**
 * Sorts log messages into templates, on bytes. Holds its templates for as long as it lives; everything it holds is
 * bounded, and adversarial input costs accuracy, never time or memory. The same messages in the same order give the same
 * templates in every process, whatever implementation runs.
 */
export interface TemplateMiner {
  /**
   * The template of the message `bytes[from, to)` (UTF-8, one line) of `group`, a small whole number such as the index
   * of a service. Messages of different groups never share a template. Templates are numbered from 0 in the order they
   * were first seen, over all groups.
   */
  add(group: number, bytes: Uint8Array, from: number, to: number): number;
  /** How many templates were ever opened; some may have been joined with an older one since. */
  readonly size: number;
  /**
   * The template that `template` is part of by now: itself, or the older one it was joined with once the words that told
   * them apart turned out to be a variable. Text, key and count of a joined template are those of the older one.
   */
  finalOf(template: number): number;
  /** The words of a template as it stands now, variables as `<*>`. It came from a log: redact it before it goes anywhere. */
  textOf(template: number): string;
  groupOf(template: number): number;
  /** A hash of the masked words that opened the template, the same in every process: what counts are kept under. */
  keyOf(template: number): string;
  countOf(template: number): number;
}

export interface MinerLimits {
  /** Templates over all groups. Beyond it, messages that resemble nothing known go to one template of their group. */
  readonly maxTemplates: number;
  readonly maxTemplatesPerGroup: number;
  /** Tokens of a message that are looked at. */
  readonly maxTokens: number;
  /** Bytes of a message that are looked at. */
  readonly maxMessageBytes: number;
}

export const DEFAULT_MINER_LIMITS: MinerLimits = {
  maxTemplates: 50_000,
  maxTemplatesPerGroup: 5_000,
  maxTokens: 64,
  maxMessageBytes: 2_048,
};
