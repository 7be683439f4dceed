import { safe } from "../safe.ts";
import type { Rule } from "./rule.ts";

/** Signs of memory, disk, processor, quotas and starting: exit codes, container and Kubernetes reasons. */
export const RESOURCE_RULES: readonly Rule[] = [
  {
    category: "memory",
    pattern:
      /\bOOM ?-?Kill(?:ed|ing|er)?\b|out of memory|OutOfMemory(?:Error|Exception)?\b|\bENOMEM\b|cannot allocate memory|heap (?:out of memory|limit)|Reached heap limit|Allocation failed - JavaScript heap|GC overhead limit|Java heap space|MemoryError\b|std::bad_alloc|exit(?:ed)?(?: with)?(?: code| status)?[ :=(]+137\b|memory (?:limit|cgroup)[^.]{0,30}(?:exceeded|out of)|MemoryPressure|Memory cgroup out/iu,
    because: safe`memory ran out`,
    isStrong: true,
  },
  {
    category: "memory",
    pattern:
      /memory (?:usage|use|utili[sz]ation)?[^.]{0,30}(?:above|over|near|approaching|high|critical|threshold|close to)|heap (?:usage|used)[^.]{0,30}(?:above|over|near|high|9\d ?%)|\ballocation failure\b|last resort gc|(?:long|full) gc pause|GC (?:pause|took) \d{4,}/iu,
    because: safe`memory is close to its limit`,
    isStrong: false,
    impact: "degraded",
  },
  {
    category: "disk",
    pattern:
      /\bENOSPC\b|no space left on device|disk (?:is )?(?:full|quota exceeded)|\bEDQUOT\b|DiskPressure|flood[- ]stage|disk watermark|not enough (?:free )?(?:disk )?space|No free space|volume is full|EvictionThresholdMet/iu,
    because: safe`a disk is full`,
    isStrong: true,
    intent: "write",
  },
  {
    category: "disk",
    pattern:
      /\b(?:EIO|EMFILE|ENFILE)\b|input\/output error|I\/O error|too many open files|FailedMount|FailedAttachVolume|VolumeFailed\w*/u,
    because: safe`files or volumes cannot be used`,
    isStrong: true,
    intent: "read",
  },
  {
    category: "quota",
    pattern:
      /exceeded quota|(?:over|above|beyond|out of|no) quota\b|quota (?:has been |was |is )?(?:exceeded|reached|exhausted)|QuotaExceeded\w*|LimitExceededException|ServiceQuotaExceeded\w*|insufficient (?:cpu|memory|quota|capacity)|FailedScheduling|Unschedulable|\d+\/\d+ nodes are available|InsufficientInstanceCapacity/iu,
    because: safe`a quota or the capacity of the cluster is used up`,
    isStrong: true,
    intent: "start",
  },
  {
    category: "cpu-throttling",
    pattern:
      /cpu[ -]?throttl\w*|throttled (?:periods|time)|event loop (?:blocked|lag|delay)|cpu (?:usage|utili[sz]ation)?[^.]{0,20}(?:100 ?%|9\d ?%|saturat\w*|starv\w*)|thread starvation|blocked for more than \d+ seconds/iu,
    because: safe`the processor was the limit`,
    isStrong: false,
    impact: "degraded",
  },
  {
    category: "connection-pool",
    pattern:
      /RejectedExecutionException|thread pool (?:is )?(?:exhausted|full)|queue (?:is )?full|(?:task|work|job) queue[^.]{0,20}(?:full|exceeded|overflow)|backpressure|bulkhead (?:is )?full|BulkheadFullException|all workers (?:are )?busy|server reached (?:pm\.)?max_children/iu,
    because: safe`all workers or places in a queue were taken`,
    isStrong: true,
    impact: "degraded",
  },
  {
    category: "image-or-startup",
    pattern:
      /\b(?:ErrImagePull|ImagePullBackOff|InvalidImageName|CrashLoopBackOff|RunContainerError|CreateContainerError|StartError|BackOff)\b|back-off (?:restarting|pulling)|failed to pull image|manifest unknown|exec format error|(?:application|service|server|process|container|module) (?:failed to start|startup failed|crashed|terminated unexpectedly)|failed to start\b|exited? with (?:code|status) (?!0\b)\d+|exec user process|bootstrap failed/iu,
    because: safe`a container or process did not start or crashed`,
    isStrong: true,
    intent: "start",
  },
  {
    category: "probe",
    pattern:
      /(?:readiness|liveness|startup|health)[ -]?(?:probe|check)[^.]{0,40}(?:fail\w*|unhealthy|timed out|error\w*)|\bUnhealthy\b|failed (?:readiness|liveness|startup|health)/iu,
    because: safe`a health probe failed`,
    isStrong: true,
    impact: "degraded",
  },
  {
    category: "dependency-unreachable",
    pattern:
      /\bNodeNotReady\b|node (?:\S+ )?(?:is )?not ready|NetworkNotReady|NodeHasInsufficient\w+|\bEvicted\b|TaintManagerEviction|Preempt(?:ed|ing)\b/u,
    because: safe`a node took its pods away`,
    isStrong: true,
  },
];
