import { safe } from "../../safe.ts";
import type { ShapeFamily } from "./shape.ts";

/** MongoDB, Redis, Cassandra, Elasticsearch and OpenSearch, etcd. */
export const OTHER_DATABASE_SHAPES: readonly ShapeFamily[] = [
  {
    name: "MongoDB (code names)",
    found: "mongo",
    counts: "warned",
    example: 'command failed { "codeName": "{}" }',
    rows: [
      [
        "dependency-unreachable",
        "HostUnreachable HostNotFound NetworkInterfaceExceededTimeLimit SocketException",
        safe`a member of the cluster cannot be reached`,
      ],
      [
        "dependency-unreachable",
        "ShutdownInProgress InterruptedAtShutdown InterruptedDueToReplStateChange PrimarySteppedDown",
        safe`a member stopped or gave up being the primary`,
      ],
      ["dependency-unreachable", "FailedToSatisfyReadPreference", safe`no member fits what the reader asked for`],
      [
        "read-only",
        "NotWritablePrimary NotMaster NotPrimaryNoSecondaryOk NotPrimaryOrSecondary",
        safe`a write went to a member that is not the primary`,
      ],
      [
        "timeout",
        "MaxTimeMSExpired ExceededTimeLimit NetworkTimeout WriteConcernFailed",
        safe`an operation took longer than it may`,
      ],
      ["timeout", "CursorNotFound", safe`a cursor was idle too long and is gone`],
      ["deadlock", "WriteConflict LockTimeout LockFailed LockBusy", safe`transactions waited for each other's locks`],
      ["deadlock", "NoSuchTransaction TransactionTooOld", safe`a transaction was given up by the server`],
      ["authentication", "AuthenticationFailed UserNotFound", safe`credentials were not accepted`],
      ["authorization", "Unauthorized", safe`a right is missing`],
      ["data", "DuplicateKey DocumentValidationFailure", safe`the data breaks one of its own rules`],
      [
        "data",
        "NamespaceNotFound NamespaceExists IndexNotFound IndexOptionsConflict",
        safe`a collection or index is missing or another one`,
      ],
      ["quota", "BSONObjectTooLarge", safe`a document is larger than 16 MB`],
      [
        "memory",
        "ExceededMemoryLimit QueryExceededMemoryLimitNoDiskUseAllowed",
        safe`a query needs more memory than it may`,
      ],
      ["disk", "OutOfDiskSpace", safe`a disk is full`],
      ["validation", "BadValue FailedToParse TypeMismatch", safe`a command is not well-formed`],
      [
        "configuration",
        "NoReplicationEnabled InvalidReplicaSetConfig NotYetInitialized",
        safe`the replica set is not set up`,
      ],
    ],
  },
  {
    name: "MongoDB (drivers)",
    found: "word",
    counts: "warned",
    example: "query failed: {} while waiting",
    rows: [
      [
        "dependency-unreachable",
        "MongoServerSelectionError ServerSelectionTimeoutError MongoTopologyClosedError MongoNotConnectedError AutoReconnect",
        safe`no member of the database cluster could be reached`,
      ],
      [
        "dependency-unreachable",
        "MongoNetworkError MongoSocketReadException MongoSocketOpenException MongoSocketWriteException",
        safe`the connection to the database was lost`,
      ],
      [
        "timeout",
        "MongoNetworkTimeoutError MongoSocketReadTimeoutException MongoExecutionTimeoutException",
        safe`the database did not answer in time`,
      ],
      [
        "connection-pool",
        "MongoWaitQueueTimeoutError MongoWaitQueueFullException WaitQueueTimeoutError MongoConnectionPoolClearedException",
        safe`no connection was left in the pool of the database client`,
      ],
      ["data", "E11000 MongoBulkWriteError", safe`a value that must be unique exists already`],
      ["authentication", "MongoSecurityException", safe`credentials were not accepted`],
    ],
  },
  {
    name: "Redis and Valkey (replies)",
    found: "redis",
    counts: "warned",
    example: "ReplyError: {} from the cache",
    rows: [
      [
        "memory",
        "OOM",
        safe`the cache has reached maxmemory and takes no more writes`,
        {
          counts: "always",
          actions: [safe`Compare used_memory with maxmemory, and read maxmemory-policy (INFO memory, CONFIG GET).`],
        },
      ],
      ["dependency-unreachable", "LOADING", safe`the cache is still loading its data`, { counts: "always" }],
      [
        "dependency-unreachable",
        "MASTERDOWN CLUSTERDOWN NOREPLICAS",
        safe`the cache's primary or cluster is down`,
        { counts: "always" },
      ],
      [
        "read-only",
        "READONLY",
        safe`a write went to something that only reads`,
        {
          counts: "always",
          actions: [
            safe`Ask the server for its role (INFO replication): after a failover clients may still write to the old primary.`,
          ],
        },
      ],
      ["disk", "MISCONF", safe`the cache cannot save to its disk and takes no more writes`, { counts: "always" }],
      ["timeout", "BUSY", safe`a script blocks the cache`],
      ["authentication", "NOAUTH WRONGPASS", safe`credentials were not accepted`],
      ["authorization", "NOPERM", safe`a right is missing`],
      ["data", "WRONGTYPE", safe`a key holds another type than the code expects`],
      ["configuration", "MOVED ASK CROSSSLOT", safe`a client does not know the slots of the cluster`],
      ["code-error", "NOSCRIPT EXECABORT UNKILLABLE", safe`a script or transaction could not be run`],
      ["dependency-unreachable", "TRYAGAIN UNBLOCKED", safe`the cluster moves keys or changed its primary`],
    ],
  },
  {
    name: "Cassandra",
    found: "word",
    counts: "warned",
    example: "write failed with {} at QUORUM",
    rows: [
      [
        "dependency-unreachable",
        "NoHostAvailableException AllNodesFailedException NoNodeAvailableException",
        safe`no node of the database cluster could be reached`,
      ],
      ["dependency-unreachable", "UnavailableException", safe`too few replicas are alive for what was asked`],
      [
        "timeout",
        "WriteTimeoutException OperationTimedOutException DriverTimeoutException",
        safe`replicas did not answer in time`,
      ],
      ["rate-limit", "OverloadedException", safe`a node has more to do than it can`],
      [
        "connection-pool",
        "BusyPoolException BusyConnectionException",
        safe`no connection was left in the pool of the database client`,
      ],
      ["data", "TombstoneOverwhelmingException", safe`a query went over too many deleted rows`],
      ["dependency-unreachable", "BootstrappingException IsBootstrappingException", safe`a node is still joining`],
      ["upstream-error", "WriteFailureException ReadFailureException", safe`replicas answered with an error`],
    ],
  },
  {
    name: "Elasticsearch and OpenSearch",
    found: "word",
    counts: "warned",
    example: 'search failed: {"type":"{}"}',
    rows: [
      [
        "memory",
        "circuit_breaking_exception",
        safe`a request would need more memory than the search engine has`,
        {
          actions: [safe`Read _nodes/stats/breaker, and look for large aggregations and bulk requests.`],
        },
      ],
      [
        "connection-pool",
        "es_rejected_execution_exception rejected_execution_exception",
        safe`all workers or places in a queue of the search engine were taken`,
      ],
      [
        "read-only",
        "cluster_block_exception",
        safe`the index is blocked, mostly because a disk is nearly full`,
        {
          actions: [safe`Compare free disk with the flood-stage watermark (_cat/allocation) and read index.blocks.`],
        },
      ],
      [
        "dependency-unreachable",
        "no_shard_available_action_exception unavailable_shards_exception master_not_discovered_exception node_not_connected_exception node_closed_exception",
        safe`shards or the elected node are not available`,
      ],
      [
        "timeout",
        "process_cluster_event_timeout_exception receive_timeout_transport_exception",
        safe`the search engine did not answer in time`,
      ],
      ["deadlock", "version_conflict_engine_exception", safe`two writers changed the same document`],
      ["data", "index_not_found_exception document_missing_exception", safe`an index or document does not exist`],
      [
        "data",
        "mapper_parsing_exception document_parsing_exception strict_dynamic_mapping_exception",
        safe`a document does not fit the mapping of its index`,
      ],
      [
        "validation",
        "parsing_exception query_shard_exception action_request_validation_exception",
        safe`a query is not accepted`,
      ],
      [
        "quota",
        "too_many_buckets_exception too_many_clauses too_long_http_line_exception",
        safe`a query is larger than the search engine allows`,
      ],
      [
        "quota",
        "validation_exception",
        safe`a limit of the cluster, such as its number of shards, is reached`,
        { counts: "refines" },
      ],
      ["authentication", "security_exception", safe`credentials were not accepted, or a right is missing`],
      ["upstream-error", "search_phase_execution_exception", safe`a search failed on its shards`],
    ],
  },
  {
    name: "etcd",
    found: "phrase",
    counts: "warned",
    example: "etcdserver: {} for this member",
    rows: [
      [
        "disk",
        "mvcc: database space exceeded",
        safe`the store has reached its quota and takes no more writes`,
        {
          counts: "always",
          actions: [safe`Read "etcdctl endpoint status" and "alarm list"; compare the size with the quota.`],
        },
      ],
      [
        "dependency-unreachable",
        "etcdserver: leader changed|etcdserver: no leader|raft: stopped",
        safe`the store has no leader`,
      ],
      [
        "timeout",
        "etcdserver: request timed out|apply request took too long|slow fdatasync",
        safe`the store did not answer in time`,
      ],
      ["rate-limit", "etcdserver: too many requests", safe`the store has more requests than it can answer`],
      [
        "data",
        "etcdserver: mvcc: required revision has been compacted",
        safe`a watcher was too far behind`,
        { counts: "refines" },
      ],
    ],
  },
];
