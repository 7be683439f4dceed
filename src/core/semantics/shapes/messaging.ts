import { safe } from "../../safe.ts";
import type { ShapeFamily } from "./shape.ts";

/** Kafka, RabbitMQ, NATS. */
export const MESSAGING_SHAPES: readonly ShapeFamily[] = [
  {
    name: "Kafka (protocol errors)",
    found: "word",
    counts: "warned",
    example: "produce to orders failed: {} for partition 3",
    rows: [
      [
        "dependency-unreachable",
        "LEADER_NOT_AVAILABLE NOT_LEADER_OR_FOLLOWER NOT_LEADER_FOR_PARTITION PREFERRED_LEADER_NOT_AVAILABLE",
        safe`a partition has no leader, or another one`,
      ],
      [
        "dependency-unreachable",
        "BROKER_NOT_AVAILABLE REPLICA_NOT_AVAILABLE OFFLINE_PARTITIONS",
        safe`a broker or replica is not available`,
      ],
      [
        "dependency-unreachable",
        "COORDINATOR_NOT_AVAILABLE NOT_COORDINATOR COORDINATOR_LOAD_IN_PROGRESS",
        safe`the coordinator of the consumer group is not available`,
      ],
      [
        "dependency-unreachable",
        "NOT_ENOUGH_REPLICAS NOT_ENOUGH_REPLICAS_AFTER_APPEND",
        safe`too few replicas are in sync to take a write`,
        {
          actions: [
            safe`List under-replicated partitions (kafka-topics --describe --under-replicated-partitions) and compare with min.insync.replicas.`,
          ],
        },
      ],
      ["dependency-unreachable", "NETWORK_EXCEPTION", safe`the connection to a broker broke`],
      ["timeout", "REQUEST_TIMED_OUT", safe`a broker did not answer in time`],
      ["quota", "MESSAGE_TOO_LARGE RECORD_LIST_TOO_LARGE", safe`a message is larger than allowed`],
      ["rate-limit", "THROTTLING_QUOTA_EXCEEDED", safe`a client quota of the cluster was reached`],
      [
        "configuration",
        "UNKNOWN_TOPIC_OR_PARTITION UNKNOWN_TOPIC_ID INVALID_TOPIC_EXCEPTION",
        safe`a topic or partition does not exist`,
      ],
      [
        "authorization",
        "TOPIC_AUTHORIZATION_FAILED GROUP_AUTHORIZATION_FAILED CLUSTER_AUTHORIZATION_FAILED TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
        safe`a right is missing`,
      ],
      [
        "authentication",
        "SASL_AUTHENTICATION_FAILED UNSUPPORTED_SASL_MECHANISM ILLEGAL_SASL_STATE",
        safe`credentials were not accepted`,
      ],
      ["data", "CORRUPT_MESSAGE OFFSET_OUT_OF_RANGE", safe`a record is damaged or no longer there`],
      [
        "deadlock",
        "REBALANCE_IN_PROGRESS ILLEGAL_GENERATION UNKNOWN_MEMBER_ID FENCED_INSTANCE_ID",
        safe`the consumer group was distributing its work anew`,
      ],
      [
        "deadlock",
        "INVALID_PRODUCER_EPOCH PRODUCER_FENCED OUT_OF_ORDER_SEQUENCE_NUMBER",
        safe`two producers write under one name`,
      ],
      ["disk", "KAFKA_STORAGE_ERROR LOG_DIR_NOT_FOUND", safe`a broker's disk failed`],
    ],
  },
  {
    name: "Kafka (clients)",
    found: "word",
    counts: "warned",
    example: "consumer stopped: {} in group billing",
    rows: [
      [
        "dependency-unreachable",
        "NoBrokersAvailable NotLeaderForPartitionException LeaderNotAvailableException NotEnoughReplicasException KafkaConnectionError",
        safe`no broker could be reached or leads the partition`,
      ],
      [
        "dependency-unreachable",
        "KafkaJSConnectionError KafkaJSBrokerNotFound KafkaJSNumberOfRetriesExceeded _ALL_BROKERS_DOWN",
        safe`no broker could be reached`,
      ],
      ["timeout", "KafkaTimeoutError KafkaJSRequestTimeoutError _MSG_TIMED_OUT", safe`a broker did not answer in time`],
      [
        "timeout",
        "CommitFailedException",
        safe`a consumer took too long between two polls and lost its partitions`,
        {
          actions: [safe`Compare the time one batch takes with max.poll.interval.ms.`],
        },
      ],
      [
        "deadlock",
        "RebalanceInProgressException ProducerFencedException",
        safe`the consumer group was distributing its work anew`,
      ],
      ["quota", "RecordTooLargeException", safe`a message is larger than allowed`],
      ["connection-pool", "BufferExhaustedException _QUEUE_FULL", safe`the producer's buffer is full`],
      [
        "data",
        "RecordDeserializationException OffsetOutOfRangeException CorruptRecordException",
        safe`a record is damaged, cannot be decoded or is no longer there`,
      ],
      ["authorization", "TopicAuthorizationException GroupAuthorizationException", safe`a right is missing`],
      ["authentication", "SaslAuthenticationException", safe`credentials were not accepted`],
      ["configuration", "UnknownTopicOrPartitionException", safe`a topic or partition does not exist`],
    ],
  },
  {
    name: "RabbitMQ (reply codes)",
    found: "amqp",
    counts: "warned",
    example: "channel closed: reply-code={}, reply-text=see broker",
    rows: [
      ["quota", "311", safe`a message is larger than allowed`],
      ["configuration", "312", safe`a message could not be routed to any queue`],
      ["dependency-unreachable", "320", safe`an operator closed the connection`],
      ["authorization", "403", safe`a right is missing`],
      ["configuration", "404", safe`a queue or exchange does not exist`],
      ["deadlock", "405", safe`a queue is locked by another connection`],
      [
        "configuration",
        "406",
        safe`a queue or exchange exists with other properties, or a message was acknowledged twice`,
      ],
      ["code-error", "501 502 503 504 505", safe`client and broker do not follow the same protocol`],
      ["quota", "506", safe`the broker has no resources left`],
      ["upstream-error", "541", safe`the broker failed inside of itself`],
    ],
  },
  {
    name: "RabbitMQ and NATS (messages)",
    found: "phrase",
    counts: "always",
    example: "broker says {} for this client",
    rows: [
      [
        "memory",
        "memory resource limit alarm set",
        safe`the broker takes no messages because its memory is used up`,
        {
          actions: [safe`Read "rabbitmqctl status" for memory and alarms; look for queues that grow.`],
        },
      ],
      [
        "disk",
        "disk resource limit alarm set|disk free space insufficient",
        safe`the broker takes no messages because its disk is full`,
      ],
      [
        "dependency-unreachable",
        "connection.blocked|mnesia: inconsistent database|partitioned network",
        safe`the broker blocks publishers or its cluster is split`,
      ],
      [
        "timeout",
        "missed heartbeats from client|delivery acknowledgement on channel|consumer_timeout",
        safe`a client did not answer the broker in time`,
      ],
      [
        "configuration",
        "precondition_failed - inequivalent arg|not_found - no queue",
        safe`a queue does not exist or exists with other properties`,
      ],
      [
        "authentication",
        "access_refused - login was refused",
        safe`credentials were not accepted`,
        { counts: "warned" },
      ],
      [
        "dependency-unreachable",
        "nats: no responders available for request|nats: no servers available for connection|nats: connection closed",
        safe`nobody answers at the broker`,
      ],
      [
        "connection-pool",
        "nats: slow consumer|slow consumer detected",
        safe`a consumer reads too slowly and loses messages`,
      ],
      [
        "quota",
        "nats: maximum payload exceeded|maximum messages exceeded|maximum bytes exceeded|nats: maximum connections exceeded",
        safe`a limit of the broker was reached`,
      ],
      [
        "authentication",
        "nats: authorization violation|nats: user authentication expired",
        safe`credentials were not accepted`,
      ],
      ["authorization", "nats: permissions violation", safe`a right is missing`],
      [
        "dependency-unreachable",
        "jetstream system temporarily unavailable|jetstream cluster no metadata leader",
        safe`the broker's cluster has no leader`,
      ],
      ["data", "nats: stale connection", safe`the broker gave up a connection that was silent`, { counts: "refines" }],
    ],
  },
];
