/**
 * The methods that clients of the file map live on (contract, section 4).
 */
import { assert, unreachable } from '../../base/assert.js';
import type { FileInfo, UpdateFile, UpdateResult } from '../../files/file-command.js';
import type { FileCursor } from '../../files/file-cursor.js';
import type { LongFile } from '../../files/frozen-files.js';
import { ReceivedUpdate } from '../../files/received-update.js';
import type { HangUp, Outcome } from '../../replica/outcome.js';
import { fileInfo, fileItem, fileMember, textPart } from '../codec/answer-part.js';
import { encodeMember, responseEnd, responseStart } from '../codec/encode.js';
import { faultCode } from '../codec/fault-code.js';
import type { FileReader } from '../file-reader.js';
import type { FilesAnswer, MapAnswers } from '../map-answers.js';
import type { MethodServices } from '../method-services.js';
import {
  defineMethod,
  nothingToHangUp,
  replyNow,
  type Caller,
  type Method,
  type MethodOutcome,
  type Reply,
} from '../method.js';
import * as param from '../param.js';
import { readThrough, type LongServices } from '../read-through.js';
import { refusalFault } from '../refusal-fault.js';
import { submitToFiles } from '../submit-command.js';
import type { ReadArguments, XmlValue } from '../xml-value.js';

/** A file that takes no more in memory is answered at once, as the values that it stands for. */
const shortFileBytesMax = 16 * 1024;

/** `[version, [hash, …]]`; a file never seen is `[0, []]`. */
function fileInfoValue(info: FileInfo | undefined): XmlValue {
  return info === undefined ? [0, []] : [info.version, info.hashlist];
}

export function clientMethods(services: MethodServices, mapAnswers: MapAnswers): readonly Method[] {
  const long = { services, mapAnswers };
  return [
    updateFile(services),
    getFileInfoMap(long),
    getFileInfo(long),
    getFileInfoPage(long),
    isLeader(services),
  ];
}

function updateFile(services: MethodServices): Method {
  const submit = (update: UpdateFile, reply: Reply): HangUp =>
    submitToFiles(services.replica, update, (outcome) => {
      reply(updateOutcome(services, outcome));
    });
  const method = defineMethod({
    name: 'updatefile',
    group: 'client',
    params: [param.fileName, param.version, param.hashlist, param.optional(param.requestId)],
    result: 'boolean',
    help:
      'Gives a file its next version. True once the update is on disk on a majority of the ' +
      "servers and applied; false when version is not the file's current version + 1, and then " +
      'nothing has changed. Blocks for as long as there is no majority.',
    wait: 'calls',
    leaderOnly: true,
    answersWhenCrashed: false,
    run: ([name, version, hashlist, requestId], reply) => {
      const timeMs = services.nowMs();
      return submit({ type: 'updatefile', name, version, hashlist, requestId, timeMs }, reply);
    },
  });
  const invokeRead = (read: ReadArguments, _caller: Caller, reply: Reply): HangUp => {
    assert(read.kind === 'update', () => `updatefile is not called with a ${read.kind}`);
    return submit(new ReceivedUpdate(read.update, services.nowMs()), reply);
  };
  return { ...method, invokeRead };
}

function updateOutcome(services: MethodServices, outcome: Outcome<UpdateResult>): MethodOutcome {
  if (outcome.kind !== 'done') {
    return { kind: 'fault', fault: refusalFault(outcome, services.members) };
  }
  switch (outcome.value) {
    case 'updated':
      return { kind: 'value', value: true };
    case 'versionConflict':
      return { kind: 'value', value: false };
    case 'requestIdReused':
      return {
        kind: 'fault',
        fault: {
          code: faultCode.invalidParams,
          text:
            'argument 4 (requestId) of updatefile: expected an id that is new or comes with the ' +
            'same arguments; this one belongs to an update with other arguments',
        },
      };
    default:
      return unreachable(outcome.value);
  }
}

function getFileInfoMap(long: LongServices): Method {
  return defineMethod({
    name: 'getfileinfomap',
    group: 'client',
    params: [],
    result: 'struct',
    help:
      'All files: name → [version, [hash, …]], deleted ones included. Linearizable; blocks for ' +
      'as long as there is no majority.',
    wait: 'calls',
    longAnswer: 'ofRead',
    leaderOnly: true,
    answersWhenCrashed: false,
    run: (_values, reply) =>
      readThrough(long.services, reply, () =>
        long.mapAnswers.answer(() => wholeMap(long.services.files), reply),
      ),
  });
}

function getFileInfo(long: LongServices): Method {
  return defineMethod({
    name: 'getfileinfo',
    group: 'client',
    params: [param.fileName],
    result: 'array',
    help:
      'One file: [version, [hash, …]]; [0, []] if it was never seen. Linearizable; blocks for as ' +
      'long as there is no majority.',
    wait: 'calls',
    longAnswer: 'ofRead',
    leaderOnly: true,
    answersWhenCrashed: false,
    run: ([name], reply) =>
      readThrough(long.services, reply, () => {
        const { files } = long.services;
        const file = files.viewLong(name, shortFileBytesMax);
        if (file !== undefined) return long.mapAnswers.answer(() => oneFile(file), reply);
        reply({ kind: 'value', value: fileInfoValue(files.get(name)) });
        return nothingToHangUp;
      }),
  });
}

function getFileInfoPage(long: LongServices): Method {
  return defineMethod({
    name: 'getfileinfopage',
    group: 'client',
    params: [param.afterName, param.pageLimit],
    result: 'struct',
    help:
      'The next files in the order of the code points of their names: {files: [[name, version, ' +
      '[hash, …]], …], more: boolean}. Each page is linearizable by itself; blocks for as long ' +
      'as there is no majority.',
    wait: 'calls',
    longAnswer: 'ofRead',
    leaderOnly: true,
    answersWhenCrashed: false,
    run: ([afterName, limit], reply) =>
      readThrough(long.services, reply, () =>
        long.mapAnswers.answer(() => page(long.services.files, afterName, limit), reply),
      ),
  });
}

function isLeader(services: MethodServices): Method {
  return defineMethod({
    name: 'isleader',
    group: 'client',
    params: [],
    result: 'boolean',
    help: 'Whether this server leads; false while it is crashed.',
    wait: 'never',
    leaderOnly: false,
    answersWhenCrashed: true,
    run: (_values, reply) => replyNow(reply, services.replica.isLeader()),
  });
}

/** `[version, [hash, …]]`. */
function oneFile(file: LongFile): FilesAnswer {
  const part = { read: () => file.read(), form: fileInfo, heldBytes: file.bytes };
  return { files: undefined, parts: [oneStart, part, oneEnd] };
}

const oneStart = textPart(responseStart);
const oneEnd = textPart(responseEnd);

/** A struct: name → `[version, [hash, …]]`. */
function wholeMap(reader: FileReader): FilesAnswer {
  const files = reader.freeze();
  const read = (): FileCursor => files.read(files.size);
  return { files, parts: [mapStart, { read, form: fileMember }, mapEnd] };
}

const mapStart = textPart(`${responseStart}<value><struct>`);
const mapEnd = textPart(`</struct></value>${responseEnd}`);

/** A struct: `files`, an array of `[name, version, [hash, …]]`, and `more`. */
function page(reader: FileReader, afterName: string, limit: number): FilesAnswer {
  const files = reader.freeze();
  const numbers = reader.numbersAfter(afterName, limit + 1);
  const shown = numbers.subarray(0, limit);
  const more = encodeMember('more', numbers.length > limit);
  const end = textPart(`</data></array></value></member>${more}</struct></value>${responseEnd}`);
  const read = (): FileCursor => files.readThese(shown);
  return { files, parts: [pageStart, { read, form: fileItem }, end] };
}

const pageStart = textPart(
  `${responseStart}<value><struct><member><name>files</name><value><array><data>`,
);
