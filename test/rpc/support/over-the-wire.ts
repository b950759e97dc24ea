/**
 * Calls of peers as they arrive at the other end.
 */
import { expect } from 'chai';
import type { PeerMessage, PeerReply } from '../../../src/replica/peer-transport.js';
import { decodeCall } from '../../../src/rpc/codec/call-decoder.js';
import { encodeResponse } from '../../../src/rpc/codec/encode.js';
import { decodeResponse } from '../../../src/rpc/codec/response-decoder.js';
import {
  encodePeerMessage,
  readAppendEntries,
  readInstallSnapshot,
  readJoin,
  readRequestVote,
  readStateReport,
} from '../../../src/rpc/peer-codec.js';
import { peerReplyValue, readPeerReply } from '../../../src/rpc/peer-reply-codec.js';
import type { XmlValue } from '../../../src/rpc/xml-value.js';

const readers: Readonly<Record<string, (value: XmlValue) => PeerMessage>> = {
  AppendEntries: readAppendEntries,
  RequestVote: readRequestVote,
  InstallSnapshot: readInstallSnapshot,
  Join: readJoin,
  StateReport: readStateReport,
};

export function overTheWire(message: PeerMessage): PeerMessage {
  const body = encodePeerMessage(message);
  expect(body).to.match(/^[\x20-\x7e]*$/);
  const decoded = decodeCall(Buffer.from(body));
  if (decoded.kind !== 'call') throw new Error(decoded.fault.text);
  const [value] = decoded.call.params;
  const read = readers[decoded.call.methodName];
  if (value === undefined || read === undefined) throw new Error('no argument, or no such method');
  return read(value);
}

export function replyOverTheWire(reply: PeerReply): PeerReply {
  const decoded = decodeResponse(Buffer.from(encodeResponse(peerReplyValue(reply))));
  if (decoded.kind !== 'value') throw new Error('no value');
  return readPeerReply(reply.type, decoded.value);
}

/** Bytes that are views into longer buffers, as plain arrays. */
export function plain(message: PeerMessage): unknown {
  if (message.type === 'installSnapshot') return { ...message, data: [...message.data] };
  if (message.type !== 'appendEntries') return message;
  const entries = message.entries.map((entry) => ({ ...entry, payload: [...entry.payload] }));
  return { ...message, entries };
}

/** For JSON.stringify, which knows no bigint. */
export function withDigits(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
