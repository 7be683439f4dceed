import { safe } from "../../safe.ts";
import type { ShapeFamily } from "./shape.ts";

/** What programs in Go, Ruby, PHP and Rust write: their errors are words more often than names. */
export const OTHER_RUNTIME_SHAPES: readonly ShapeFamily[] = [
  {
    name: "Go",
    found: "phrase",
    counts: "warned",
    example: "level=error msg=work err={}: done",
    rows: [
      [
        "timeout",
        "context deadline exceeded|i/o timeout|client.timeout exceeded while awaiting headers|net/http: request canceled while waiting for connection",
        safe`something did not answer in time`,
      ],
      ["unknown", "context canceled", safe`a call was given up by its caller`, { counts: "refines" }],
      ["timeout", "tls handshake timeout", safe`a TLS handshake did not end in time`, { counts: "always" }],
      [
        "connection-refused",
        "connect: connection refused",
        safe`the other side refused the connection`,
        { counts: "always" },
      ],
      [
        "dependency-unreachable",
        "http: server closed idle connection|use of closed network connection|transport is closing|connection reset by peer",
        safe`a connection broke or could not be made`,
      ],
      [
        "name-resolution",
        "no such host|server misbehaving",
        safe`a host name could not be resolved`,
        { counts: "always" },
      ],
      [
        "certificate",
        "x509: certificate signed by unknown authority",
        safe`the certificate was signed by somebody who is not trusted`,
        { counts: "always" },
      ],
      [
        "certificate",
        "x509: certificate is valid for|x509: cannot validate certificate",
        safe`the certificate is for another name`,
        { counts: "always" },
      ],
      [
        "connection-pool",
        "sql: connection is already closed|driver: bad connection",
        safe`a connection of the pool was already broken`,
      ],
      [
        "code-error",
        "assignment to entry in nil map|close of closed channel|send on closed channel|slice bounds out of range|integer divide by zero|concurrent map writes|interface conversion:",
        safe`the service's own code failed`,
        { counts: "always" },
      ],
      ["deadlock", "all goroutines are asleep - deadlock!", safe`all threads of the program wait for each other`],
      ["data", "sql: no rows in result set", safe`a row that must exist does not`, { counts: "refines" }],
      [
        "data",
        "json: cannot unmarshal|invalid character '<' looking for beginning of value",
        safe`a message could not be decoded`,
      ],
      ["disk", "too many open files", safe`no more files or sockets may be opened`, { counts: "always" }],
    ],
  },
  {
    name: "Ruby",
    found: "phrase",
    counts: "warned",
    example: "job failed with {}: details",
    rows: [
      [
        "timeout",
        "net::readtimeout|net::opentimeout|rack::timeout::requesttimeoutexception|faraday::timeouterror",
        safe`something did not answer in time`,
      ],
      [
        "dependency-unreachable",
        "faraday::connectionfailed|redis::cannotconnecterror|activerecord::connectionnotestablished|bunny::tcpconnectionfailed",
        safe`a connection broke or could not be made`,
      ],
      [
        "connection-pool",
        "activerecord::connectiontimeouterror",
        safe`no connection was left in the pool of the database client`,
      ],
      [
        "deadlock",
        "activerecord::deadlocked|activerecord::lockwaittimeout",
        safe`transactions waited for each other's locks`,
      ],
      ["deadlock", "activerecord::staleobjecterror", safe`two writers changed the same row`],
      [
        "data",
        "activerecord::recordnotunique|activerecord::invalidforeignkey|activerecord::notnullviolation",
        safe`the data breaks one of its own rules`,
      ],
      ["data", "activerecord::pendingmigrationerror", safe`a migration of the database is missing`],
      [
        "code-error",
        "nomethoderror (undefined method|frozenerror|uninitialized constant",
        safe`the service's own code failed`,
      ],
      ["memory", "nomemoryerror", safe`memory ran out`],
      [
        "authentication",
        "activesupport::messageencryptor::invalidmessage|actioncontroller::invalidauthenticitytoken",
        safe`a token or a secret does not fit`,
      ],
    ],
  },
  {
    name: "PHP",
    found: "phrase",
    counts: "warned",
    example: "PHP message: {} in /app/public/index.php",
    rows: [
      ["memory", "allowed memory size of", safe`a request used more memory than a script may`, { counts: "always" }],
      ["timeout", "maximum execution time of", safe`a script ran longer than it may`, { counts: "always" }],
      [
        "code-error",
        "php fatal error:|call to undefined method|call to a member function|call to undefined function",
        safe`the service's own code failed`,
      ],
      [
        "connection-pool",
        "server reached pm.max_children setting|server reached max_children setting",
        safe`all workers or places in a queue were taken`,
        { counts: "always" },
      ],
      ["dependency-unreachable", "mysql server has gone away", safe`the database server closed the connection`],
      ["image-or-startup", "failed opening required", safe`a file of the code is missing in the image`],
    ],
  },
  {
    name: "Rust",
    found: "phrase",
    counts: "warned",
    example: "thread ended: {} at src/main.rs:9",
    rows: [
      [
        "code-error",
        "called `option::unwrap()` on a `none` value|called `result::unwrap()` on an `err` value|index out of bounds: the len is|attempt to subtract with overflow|attempt to divide by zero|already borrowed: borrowmuterror",
        safe`the service's own code failed`,
      ],
      ["connection-refused", "kind: connectionrefused", safe`the other side refused the connection`],
      [
        "dependency-unreachable",
        "kind: connectionreset|kind: brokenpipe|kind: unexpectedeof",
        safe`a connection broke or could not be made`,
      ],
      ["timeout", "kind: timedout|deadline has elapsed|operation timed out", safe`something did not answer in time`],
      [
        "connection-pool",
        "pool timed out while waiting for an open connection",
        safe`no connection was left in a pool or at a server`,
      ],
      ["memory", "memory allocation of", safe`memory ran out`],
    ],
  },
];
