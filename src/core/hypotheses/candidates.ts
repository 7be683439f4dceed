import type { CauseKind } from "../analysis.ts";
import { foldSteps } from "../detectors/canary/rollouts.ts";
import type { Finding } from "../detectors/finding.ts";
import type { ChangeEvent } from "../event.ts";
import { type HypothesisId, hypothesisIdOf } from "../ids.ts";
import { own, ownWords, type Safe } from "../safe.ts";
import type { Observed } from "../timeline/observations.ts";
import { type CaseFile, complaintsAbout, isVagueTrouble, type Trouble, troublesOf } from "./case-file.ts";
import { kindOfCategory } from "./cause-kinds.ts";
import { compareText } from "./resource-facts.ts";
import { type ChangedSetting, changedSettings, isConfigurationOnly } from "./settings.ts";

/** A suspected cause before any question was asked: an entity and a kind of cause. */
export interface Candidate {
  readonly id: HypothesisId;
  readonly kind: CauseKind;
  readonly detail: Safe | null;
  /** The service at fault; the host's name when it is not one of the known services. */
  readonly service: Safe | null;
  readonly object: Safe | null;
  readonly change: Observed<ChangeEvent> | null;
  readonly settings: readonly ChangedSetting[];
  /** For a change: failures of its service and complaints about it. Else the failures that are this claim. By time. */
  readonly troubles: readonly Trouble[];
  /** What detectors say about exactly this suspect. */
  readonly findings: readonly Finding[];
}

/** A bound against floods: more changes than this in one window say nothing each. */
const MAX_CHANGES = 40;

/** Every (entity, cause kind) pair that the records suggest, in a fixed order. */
export function findCandidates(file: CaseFile): readonly Candidate[] {
  return [...changeCandidates(file), ...serviceCandidates(file)].toSorted((a, b) => compareText(a.id, b.id));
}

function changeCandidates(file: CaseFile): readonly Candidate[] {
  return foldSteps(file.changes.slice(-MAX_CHANGES)).map((steps) => {
    // Several steps of one rollout are one suspicion; its first step stands for it.
    const [observed] = steps;
    const ids = new Set(steps.map(({ event }) => event.id));
    const { change, service, id } = observed.event;
    const settings = changedSettings(change);
    return {
      id: hypothesisIdOf(["change", id]),
      kind: kindOfChange(observed.event),
      detail: ownWords(own(change.kind)),
      service,
      object: settings[0]?.name ?? change.version,
      change: observed,
      settings,
      troubles: [...troublesOf(file, service), ...complaintsAbout(file, service)],
      findings: file.findings.filter(({ changeId }) => changeId !== null && ids.has(changeId)),
    };
  });
}

function kindOfChange({ change }: ChangeEvent): CauseKind {
  if (change.kind === "certificate") return "certificate";
  if (change.kind === "infrastructure") return "infrastructure";
  return isConfigurationOnly(change) ? "config-change" : "change";
}

/** One reason to open a claim against a service. Claims with the same key are one candidate. */
interface Claim {
  readonly service: Safe | null;
  readonly kind: CauseKind;
  readonly detail: Safe;
  readonly object: Safe | null;
  /** What tells claims of one service and kind apart. */
  readonly grain: string;
  /** How exact the detail is; the most exact names the candidate. */
  readonly exactness: number;
  readonly trouble: Trouble | null;
  readonly finding: Finding | null;
}

function serviceCandidates(file: CaseFile): readonly Candidate[] {
  const claims = [
    ...ownClaims(file),
    ...vagueClaims(file),
    ...resourceClaims(file),
    ...blameClaims(file),
    ...findingClaims(file),
  ];
  const groups = Map.groupBy(
    claims.filter((claim) => !isOnlyPlace(claim, claims)),
    ({ service, kind, grain }) => [service, kind, grain].join("\u0000"),
  );
  return [...groups].map(([key, group]) => toCandidate(key, group));
}

/** Words of an own resource, of code or of a certificate: from here on a claim says what is broken. */
const TELLING = 100;

/** Where requests break makes a suspect of its own only where nothing says what is broken there. */
function isOnlyPlace({ finding, service, kind, grain }: Claim, claims: readonly Claim[]): boolean {
  if (finding?.isLocation !== true) return false;
  const others = claims.filter((other) => other.service === service && other.finding?.isLocation !== true);
  return others.some(isTelling) && !others.some((other) => other.kind === kind && other.grain === grain);
}

function isTelling({ exactness, trouble, service }: Claim): boolean {
  return exactness >= TELLING && (trouble === null || trouble.blames === null || trouble.blames.name === service);
}

function toCandidate(key: string, claims: readonly Claim[]): Candidate {
  const [best] = claims.toSorted((a, b) => b.exactness - a.exactness || compareText(a.detail, b.detail));
  if (best === undefined) throw new TypeError("a group of claims is never empty");
  return {
    id: hypothesisIdOf(["service", key]),
    kind: best.kind,
    detail: best.detail,
    service: best.service,
    object: best.object,
    change: null,
    settings: [],
    troubles: claims.flatMap(({ trouble }) => trouble ?? []),
    findings: claims.flatMap(({ finding }) => finding ?? []),
  };
}

/** What a service itself reports as failing. A peer's certificate is the peer's matter, see `blameClaims`. */
function ownClaims(file: CaseFile): readonly Claim[] {
  return file.troubles
    .filter(
      (trouble) => !isVagueTrouble(trouble) && !isAboutPeersCertificate(trouble) && !isAboutUnheard(trouble, file),
    )
    .map((trouble) => {
      const { kind, detail, specificity } = kindOfCategory(trouble.symptom.meaning.category);
      const object = trouble.blames?.name ?? null;
      const grain = grainOf(kind, detail, trouble);
      return { service: trouble.service, kind, detail, object, grain, exactness: specificity, trouble, finding: null };
    });
}

/** Inside most kinds the records name one fault in several ways, so the detail does not make a second suspect. */
function grainOf(kind: CauseKind, detail: Safe, { blames }: Trouble): string {
  // Callees of ours that fail are suspects of their own; their caller is only one.
  if (kind === "dependency-failure") return blames === null || blames.kind === "service" ? "" : blames.name;
  return grainOfDetail(kind, detail);
}

function grainOfDetail(kind: CauseKind, detail: Safe): string {
  return kind === "resource-exhaustion" || kind === "infrastructure" ? detail : "";
}

/** "It failed" makes a suspect only where the same service does not also say how or at whom. */
function vagueClaims(file: CaseFile): readonly Claim[] {
  return file.troubles
    .filter((trouble) => isVagueTrouble(trouble) && troublesOf(file, trouble.service).every(isVagueTrouble))
    .map((trouble) => {
      const { service, symptom } = trouble;
      const { detail, specificity } = kindOfCategory(symptom.meaning.category);
      const told = placeTold(file, service);
      const kind: CauseKind = complaintsAbout(file, service).length > 0 ? "dependency-failure" : "unknown";
      const [as, grain] = told === undefined ? [kind, ""] : [told.kind, told.grain];
      return { service, kind: as, detail, object: null, grain, exactness: specificity, trouble, finding: null };
    });
}

/** What single requests say of the same failures: the vague words belong to it. */
function placeTold({ findings }: CaseFile, service: Safe): Finding | undefined {
  return findings.find((finding) => finding.isLocation === true && finding.isActive && finding.service === service);
}

function resourceClaims(file: CaseFile): readonly Claim[] {
  return file.resources.map(({ service, kind, detail, points }) => ({
    service,
    kind,
    detail,
    object: null,
    grain: grainOfDetail(kind, detail),
    exactness: points,
    trouble: null,
    finding: null,
  }));
}

/** What a detector suspects; a finding about a change belongs to that change's candidate. */
function findingClaims(file: CaseFile): readonly Claim[] {
  return (
    file.findings
      // What only speaks against a suspect makes none.
      .filter(({ changeId, reasons }) => changeId === null && reasons.some(({ points }) => points > 0))
      .map((finding) => {
        const { service, kind, detail, object, grain, reasons } = finding;
        const most = reasons.reduce((best, { points }) => Math.max(best, points), 0);
        const exactness = finding.isLocation === true ? 0 : most;
        return { service, kind, detail, object, grain, exactness, trouble: null, finding };
      })
  );
}

/** Complaints about peers that log no failure themselves, and about the certificates of any. */
function blameClaims(file: CaseFile): readonly Claim[] {
  return file.troubles.flatMap((trouble) => {
    const { blames, symptom } = trouble;
    if (blames === null) return [];
    const isCertificate = isAboutPeersCertificate(trouble);
    if (!isCertificate && troublesOf(file, blames.name).length > 0) return [];
    const { kind, detail, specificity } = kindOfCategory(symptom.meaning.category);
    const failing: CauseKind = blames.kind === "outside" ? "third-party-outage" : "dependency-failure";
    return [
      {
        service: blames.name,
        kind: isCertificate ? kind : failing,
        detail,
        object: isCertificate ? null : blames.name,
        grain: "",
        exactness: specificity,
        trouble,
        finding: null,
      },
    ];
  });
}

/** A complaint about a peer that no record comes from is the peer's matter alone: nothing tells the two apart. */
function isAboutUnheard({ blames }: Trouble, file: CaseFile): boolean {
  return blames !== null && !file.heard.has(blames.name) && troublesOf(file, blames.name).length === 0;
}

function isAboutPeersCertificate({ symptom, blames }: Trouble): boolean {
  return symptom.meaning.category === "certificate" && blames !== null;
}
