import { safe } from "../../safe.ts";
import type { ShapeFamily } from "./shape.ts";

/** Reasons of Kubernetes' events and container states, and what its components write. */
export const KUBERNETES_SHAPES: readonly ShapeFamily[] = [
  {
    name: "Kubernetes (reasons)",
    found: "word",
    counts: "warned",
    example: "pod payments-5f7c-x2x9k: {} since a minute",
    rows: [
      ["memory", "OOMKilled OOMKilling SystemOOM", safe`memory ran out`, { counts: "always" }],
      [
        "image-or-startup",
        "CrashLoopBackOff",
        safe`a container crashes again and again`,
        {
          counts: "always",
          actions: [safe`Read the last words of the crashed container (kubectl logs --previous) and its exit code.`],
        },
      ],
      [
        "image-or-startup",
        "ErrImagePull ImagePullBackOff ErrImageNeverPull RegistryUnavailable",
        safe`an image could not be pulled`,
        {
          counts: "always",
          actions: [
            safe`Compare name and tag of the image with the registry, and the pull secret of the service account.`,
          ],
        },
      ],
      [
        "image-or-startup",
        "InvalidImageName ImageInspectError",
        safe`the name of an image or the image itself is not valid`,
        { counts: "always" },
      ],
      [
        "image-or-startup",
        "RunContainerError CreateContainerError ContainerCannotRun StartError PostStartHookError FailedPostStartHook",
        safe`a container could not be created or started`,
        { counts: "always" },
      ],
      [
        "configuration",
        "CreateContainerConfigError",
        safe`a setting is missing or not accepted`,
        {
          counts: "always",
          actions: [safe`Look for the ConfigMap, Secret or key that the message names.`],
        },
      ],
      ["image-or-startup", "FailedCreatePodSandBox FailedCreatePodContainer", safe`the node could not set up the pod`],
      ["image-or-startup", "ProgressDeadlineExceeded BackoffLimitExceeded", safe`a rollout or a job gave up`],
      [
        "quota",
        "FailedScheduling Unschedulable",
        safe`a quota or the capacity of the cluster is used up`,
        { counts: "always" },
      ],
      ["quota", "OutOfcpu OutOfpods OutOfephemeral-storage", safe`a node had less room than the scheduler believed`],
      ["quota", "ExceededQuota", safe`the quota of the namespace is used up`],
      ["quota", "FailedCreate ReplicaFailure", safe`a controller could not create pods`, { counts: "refines" }],
      [
        "disk",
        "FailedMount FailedAttachVolume FailedMapVolume VolumeResizeFailed FileSystemResizeFailed FailedBinding ProvisioningFailed",
        safe`files or volumes cannot be used`,
      ],
      [
        "disk",
        "NodeHasDiskPressure DiskPressure FreeDiskSpaceFailed ImageGCFailed EvictionThresholdMet",
        safe`a disk is full`,
        { counts: "always" },
      ],
      ["memory", "MemoryPressure OutOfmemory", safe`a node has too little memory`],
      [
        "dependency-unreachable",
        "NodeHasInsufficientMemory NodeHasInsufficientPID",
        safe`a node has too little memory or too many processes`,
      ],
      [
        "dependency-unreachable",
        "NodeNotReady NodeNotSchedulable NodeStatusUnknown KubeletNotReady NetworkNotReady",
        safe`a node took its pods away`,
      ],
      ["dependency-unreachable", "TaintManagerEviction Preempted Preempting Evicted", safe`a node took its pods away`],
      ["dependency-unreachable", "NetworkUnavailable CNIError", safe`a node has no network for its pods`],
      [
        "dependency-unreachable",
        "FailedToUpdateEndpoint FailedToUpdateEndpointSlices",
        safe`the addresses of a service could not be updated`,
      ],
      ["probe", "ProbeError ContainerUnhealthy", safe`a health probe failed`],
      ["cpu-throttling", "CPUThrottlingHigh", safe`the processor was the limit`],
      [
        "configuration",
        "FailedGetResourceMetric FailedComputeMetricsReplicas FailedGetExternalMetric FailedGetScale",
        safe`the autoscaler cannot read what it scales by`,
      ],
      [
        "name-resolution",
        "DNSConfigForming",
        safe`the name server settings of a pod do not fit`,
        { counts: "refines" },
      ],
      [
        "dependency-unreachable",
        "SyncLoadBalancerFailed CreatingLoadBalancerFailed",
        safe`the cloud's load balancer could not be set up`,
      ],
      ["configuration", "FailedValidation InvalidSpec", safe`an object of the cluster is not valid`],
      ["image-or-startup", "NodeRebooted Rebooted ContainerGCFailed", safe`a node was started anew or cannot clean up`],
      // Common and mostly harmless: many images need no secret.
      [
        "unknown",
        "FailedToRetrieveImagePullSecret",
        safe`the secret for pulling images is missing`,
        { counts: "refines" },
      ],
    ],
  },
  {
    name: "Kubernetes (reasons that are plain words)",
    found: "kubernetes",
    counts: "warned",
    example: "kubernetes event {}: see its message",
    rows: [
      ["probe", "Unhealthy", safe`a health probe failed`],
      ["image-or-startup", "BackOff", safe`a container or process did not start or crashed`],
      ["image-or-startup", "Failed", safe`the node could not start a container`],
      ["image-or-startup", "Error", safe`a container ended with an error`],
      ["dependency-unreachable", "NotReady Lost", safe`a node or pod is not ready or lost`],
      ["image-or-startup", "DeadlineExceeded", safe`a job took longer than it may`],
      ["image-or-startup", "FailedKillPod", safe`a pod could not be ended`],
    ],
  },
  {
    name: "Kubernetes (messages)",
    found: "phrase",
    counts: "warned",
    example: "Warning: {} in namespace shop",
    rows: [
      ["authorization", "is forbidden: user", safe`a right is missing`],
      [
        "deadlock",
        "the object has been modified; please apply your changes to the latest version",
        safe`two writers changed the same object`,
        { counts: "refines" },
      ],
      [
        "dependency-unreachable",
        "the connection to the server was refused - did you specify the right host or port|unable to connect to the server:",
        safe`the API of the cluster cannot be reached`,
      ],
      [
        "timeout",
        "failed calling webhook",
        safe`a webhook of the cluster did not answer, so objects cannot be changed`,
        {
          counts: "always",
          actions: [safe`Read the webhook's failurePolicy and whether its service has ready endpoints.`],
        },
      ],
      [
        "rate-limit",
        "client-side throttling, not priority and fairness|waited for due to client-side throttling",
        safe`a client asks the API of the cluster too often`,
      ],
      [
        "dependency-unreachable",
        "pleg is not healthy|container runtime is down|node controller detected taint",
        safe`a node cannot run its containers`,
      ],
      [
        "dependency-unreachable",
        "no endpoints available for service",
        safe`a service has no ready pods`,
        { counts: "always" },
      ],
      [
        "quota",
        "exceeded quota:|maximum cpu usage per container is|maximum memory usage per container is",
        safe`a quota or the capacity of the cluster is used up`,
        { counts: "always" },
      ],
      [
        "quota",
        "insufficient cpu|insufficient memory|didn't match pod's node affinity/selector|didn't match pod affinity rules|had untolerated taint|had volume node affinity conflict",
        safe`no node of the cluster fits the pod`,
      ],
      [
        "disk",
        "the node was low on resource: ephemeral-storage|ephemeral local storage usage exceeds",
        safe`a disk is full`,
        { counts: "always" },
      ],
      ["memory", "the node was low on resource: memory", safe`a node has too little memory`, { counts: "always" }],
      [
        "disk",
        "multi-attach error for volume|unable to attach or mount volumes",
        safe`files or volumes cannot be used`,
        { counts: "always" },
      ],
      [
        "configuration",
        "no matches for kind|error validating data|unknown field",
        safe`an object of the cluster is not valid`,
      ],
    ],
  },
];
