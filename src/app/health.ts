/** How one part of this install is. "off" is a choice, "FIX" is not. */
export interface HealthFinding {
  readonly sign: "ok" | "off" | "FIX";
  /** "evidence: GitHub". */
  readonly part: string;
  /** What is the matter and what to do, in one sentence. Words of ours and of settings' names, no foreign text. */
  readonly text: string;
  /** What a source tells, for sources that somebody has to connect. */
  readonly tells?: "changes" | "evidence";
}
