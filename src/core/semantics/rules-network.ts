import { safe } from "../safe.ts";
import type { Rule } from "./rule.ts";

/** Signs of name resolution, sockets, certificates and waiting: error codes of operating systems, runtimes and proxies. */
export const NETWORK_RULES: readonly Rule[] = [
  {
    category: "certificate",
    pattern:
      /\b(?:CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT\w*|ERR_TLS_CERT_ALTNAME_INVALID|CertificateExpiredException|CertPathValidatorException|SSLCertVerificationError)\b|x509: |certificate (?:has |is |was )?(?:expired|not yet valid|revoked|unknown|verify failed|validation failed)|expired certificate|certificate verify failed|PKIX path (?:building|validation) failed|certificate (?:request|renewal|issuance|order|signing)[^.]{0,60}(?:fail\w*|denied|rejected)|(?:renew\w*|issu\w+) (?:of )?(?:the )?certificates?[^.]{0,40}fail\w*|fail\w* to (?:renew|issue|rotate) (?:\w+ ){0,4}certificate/iu,
    because: safe`the text names a certificate that was not accepted`,
    isStrong: true,
    intent: "connect",
  },
  {
    category: "certificate",
    pattern:
      /\b(?:SSLHandshakeException|ERR_SSL_\w+|SSL_ERROR_\w+)\b|(?:tls|ssl)[ :]+handshake (?:error|fail\w*)|remote error: tls:|no cipher(?:s| suites) in common/iu,
    because: safe`a TLS handshake failed`,
    isStrong: true,
    intent: "connect",
  },
  {
    category: "name-resolution",
    pattern:
      /\b(?:ENOTFOUND|EAI_AGAIN|EAI_NONAME|UnknownHostException|NXDOMAIN|SERVFAIL|NameResolutionError|gaierror)\b|no such host|could not resolve|name or service not known|temporary failure in name resolution|name resolution (?:fail\w*|error)|dns (?:lookup |resolution )?(?:fail\w*|error|timeout)|server misbehaving/iu,
    because: safe`a host name could not be resolved`,
    isStrong: true,
    intent: "connect",
  },
  {
    category: "connection-refused",
    pattern: /\bECONNREFUSED\b|connection refused|ConnectionRefused\w*|actively refused|connect failed \(111\b/iu,
    because: safe`the other side refused the connection`,
    isStrong: true,
    intent: "connect",
  },
  {
    category: "dependency-unreachable",
    pattern:
      /\b(?:EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|NoRouteToHostException)\b|no route to host|host is unreachable|network is unreachable|(?:broker|leader|node|host|server|database|cache) (?:is )?(?:not available|unavailable|unreachable|is down)\b|LEADER_NOT_AVAILABLE|NoBrokersAvailable|CLUSTERDOWN|no healthy upstream|(?:lost|no|without a) (?:leader|leadership|quorum)\b[^.]{0,40}(?:quorum|elect\w*|refus\w*|not enough|available|reach\w*|lost)|(?:leader )?election (?:timeout|failed)|quorum (?:is )?(?:lost|not reached|\d+ of \d+)|split[ -]brain|no live upstreams|no endpoints available|no available server/iu,
    because: safe`the other side cannot be reached`,
    isStrong: true,
    intent: "connect",
  },
  {
    category: "timeout",
    pattern:
      /\b(?:ETIMEDOUT|ESOCKETTIMEDOUT|ECONNABORTED|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT|ERR_SOCKET_CONNECTION_TIMEOUT|SocketTimeoutException|ReadTimeout(?:Exception|Error)?|ConnectTimeout(?:Exception|Error)?|TimeoutException|TimeoutError|HttpTimeoutException|WriteTimeout(?:Exception)?)\b|context deadline exceeded|deadline exceeded|i\/o timeout|\btimed[ -]out\b|upstream request timeout|Client\.Timeout exceeded|timeout (?:of \d+ ?m?s )?(?:was )?(?:exceeded|expired|reached)|exceeded (?:the )?timeout|lock wait timeout/iu,
    because: safe`something did not answer in time`,
    isStrong: true,
    intent: "call",
  },
  {
    category: "dependency-unreachable",
    pattern:
      /\b(?:ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_SOCKET)\b|connection (?:was )?(?:reset|aborted|lost|closed unexpectedly|terminated unexpectedly)|reset by peer|broken pipe|socket hang up|unexpected eof|server closed the connection|upstream (?:prematurely closed|connect error)|disconnect\/reset before headers|lost connection to|connection (?:attempt )?failed|(?:failed|unable|could not|cannot|can't) to? ?connect/iu,
    because: safe`a connection broke or could not be made`,
    isStrong: true,
    intent: "connect",
  },
  {
    category: "dependency-unreachable",
    pattern: /circuit ?breaker[^.]{0,40}\b(?:open|opened|tripped)\b|CallNotPermittedException|BrokenCircuitException/iu,
    because: safe`a circuit breaker opened: calls to a dependency kept failing`,
    isStrong: true,
    intent: "call",
    impact: "degraded",
  },
  {
    category: "timeout",
    pattern: /\btime-?out\b/iu,
    because: safe`the text speaks of a timeout`,
    isStrong: false,
    intent: "call",
  },
];
