import type { CauseKind } from "../../analysis.ts";
import { type Safe, safe } from "../../safe.ts";

/** A failed pull: the runtime's words, and what tells a missing right from a missing image where the registry does not. */
export interface Pull {
  readonly note: string;
  readonly image: Safe;
  /** The name alone is no image name. */
  readonly isInvalid: boolean;
  /** The pod names credentials, existing or not. */
  readonly namesSecret: boolean;
  /** The same repository serves other pods that name none. */
  readonly servesPeers: boolean;
}

export interface PullReading {
  readonly detail: Safe;
  readonly kind: CauseKind;
  readonly because: Safe;
}

const NO_HOST =
  /no such host|server misbehaving|name or service not known|temporary failure in name resolution|lookup \S+(?: on \S+)?: .*i\/o timeout/iu;
/** The registry says that it knows the asker and refuses, or does not know the asker. */
const REFUSED =
  /\b40[13]\b|unauthori[sz]ed|forbidden|authentication required|no basic auth credentials|failed to authorize/iu;
/** Registries that do not tell strangers what exists say both in one breath. */
const EITHER = /pull access denied|may require|insufficient_scope|or it may not exist|\bdenied\b/iu;
const NO_IMAGE = /not found|manifest unknown|name unknown|does not exist|invalid reference format|\b404\b/iu;

/** What the words of a failed pull mean. */
export function readPull(pull: Pull): PullReading {
  const { note, image, isInvalid } = pull;
  if (NO_HOST.test(note))
    return {
      detail: safe`image-registry-dns-failure`,
      kind: "network",
      because: safe`the host of the registry of ${image} cannot be resolved`,
    };
  if (isInvalid) return wrongName(safe`${image} is no valid image name`);
  if (EITHER.test(note) || REFUSED.test(note)) return refused(pull);
  if (NO_IMAGE.test(note)) return wrongName(safe`the image ${image} does not exist in its registry`);
  return {
    detail: safe`image-pull-failure`,
    kind: "configuration",
    because: safe`the image ${image} cannot be pulled`,
  };
}

function refused({ note, image, namesSecret, servesPeers }: Pull): PullReading {
  const isOpen = servesPeers && !namesSecret;
  // "Denied or absent" without any credentials: public images are the rule there, so the name is the likelier fault.
  const isUnclear = EITHER.test(note) && !REFUSED.test(note) && !namesSecret;
  if (isOpen) return wrongName(safe`its registry serves the images beside ${image} to everybody, but not this one`);
  if (isUnclear) return wrongName(safe`the registry knows no public image ${image}`);
  return {
    detail: safe`missing-image-pull-secret`,
    kind: "configuration",
    because: safe`the registry refuses the pull of ${image}: the pod has no valid credentials`,
  };
}

function wrongName(because: Safe): PullReading {
  return { detail: safe`incorrect-image-reference`, kind: "configuration", because };
}
