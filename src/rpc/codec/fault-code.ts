/**
 * The numbers of XML-RPC faults: the reserved ones of the "fault code interoperability" paper,
 * and those of this service.
 */
export const faultCode = {
  /** Not well-formed XML, or a DOCTYPE. */
  notWellFormed: -32700,
  /** Well-formed, but not an XML-RPC call; over a limit. */
  invalidCall: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  /** A bug of the server. */
  internalError: -32603,
  notLeader: 1,
  crashed: 2,
  outcomeUnknown: 3,
  busy: 4,
  storage: 5,
  unauthorised: 6,
  blockNotFound: 7,
  tooFewBlockStores: 8,
} as const;
