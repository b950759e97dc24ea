/**
 * The methods for older versions of files (docs/decisions/0016-kept-versions.md).
 */
import { versionsPageBytesMax } from '../../base/limits.js';
import type { FileVersions } from '../../files/file-versions.js';
import type { VersionsPage } from '../../files/versions-page.js';
import type { AnswerPart } from '../codec/answer-part.js';
import { namedVersionItem, textPart, versionItem } from '../codec/answer-part.js';
import { encodeMember, responseEnd, responseStart } from '../codec/encode.js';
import type { FilesAnswer, MapAnswers } from '../map-answers.js';
import type { MethodServices } from '../method-services.js';
import { defineMethod, type Method } from '../method.js';
import * as param from '../param.js';
import { readThrough, type LongServices } from '../read-through.js';
import { refusalFault } from '../refusal-fault.js';
import { submitToFiles } from '../submit-command.js';

export function versionMethods(
  services: MethodServices,
  mapAnswers: MapAnswers,
): readonly Method[] {
  const long = { services, mapAnswers };
  return [getFileVersions(long), getVersionsPage(long), forgetVersions(services)];
}

function getFileVersions({ services, mapAnswers }: LongServices): Method {
  return defineMethod({
    name: 'getfileversions',
    group: 'client',
    params: [param.fileName],
    result: 'array',
    help:
      'The versions of a file that are kept, the newest first, which is the current one: ' +
      '{version, time, hashlist} each. time: when the leader took the update, by its clock, in ' +
      'ms since 1970; 0 if that is not known. [] if the file was never seen. Linearizable; ' +
      'blocks for as long as there is no majority.',
    wait: 'calls',
    longAnswer: 'ofRead',
    leaderOnly: true,
    answersWhenCrashed: false,
    run: ([name], reply) =>
      readThrough(services, reply, () =>
        mapAnswers.answer(() => ofOneFile(services.files.viewVersions(name)), reply),
      ),
  });
}

function getVersionsPage({ services, mapAnswers }: LongServices): Method {
  return defineMethod({
    name: 'getversionspage',
    group: 'client',
    params: [param.afterName, param.versionsLimit, param.optional(param.afterVersion)],
    result: 'struct',
    help:
      'The next versions of all files, current and older ones, in the order of the code points ' +
      'of the names, the newest of a file first: {versions: [[name, version, time, [hash, …]], ' +
      '…], more: boolean}. A page is also ended by its bytes; it goes on behind the last name ' +
      'and version of the page before. Each page is linearizable by itself; blocks for as long ' +
      'as there is no majority.',
    wait: 'calls',
    longAnswer: 'ofRead',
    leaderOnly: true,
    answersWhenCrashed: false,
    run: ([afterName, versionsMax, belowVersion = 0], reply) =>
      readThrough(services, reply, () => {
        const limits = { versionsMax, bytesMax: versionsPageBytesMax };
        const read = () => services.files.versionsAfter({ afterName, belowVersion }, limits);
        return mapAnswers.answer(() => page(read()), reply);
      }),
  });
}

function forgetVersions(services: MethodServices): Method {
  return defineMethod({
    name: 'forgetversions',
    group: 'client',
    params: [param.olderVersions],
    result: 'boolean',
    help:
      'Keeps older versions of files no longer; the current version of a file cannot be ' +
      'forgotten. True once that is on disk on a majority of the servers and applied; again is ' +
      'the same. Blocks for as long as there is no majority.',
    wait: 'calls',
    leaderOnly: true,
    answersWhenCrashed: false,
    run: ([versions], reply) =>
      submitToFiles(services.replica, { type: 'forgetversions', versions }, (outcome) => {
        if (outcome.kind === 'done') reply({ kind: 'value', value: true });
        else reply({ kind: 'fault', fault: refusalFault(outcome, services.members) });
      }),
  });
}

/** An array of structs. */
function ofOneFile(versions: FileVersions | undefined): FilesAnswer {
  if (versions === undefined) return { files: undefined, parts: [listStart, listEnd] };
  const part = partOf(versions, versionItem);
  return { files: undefined, parts: [listStart, part, listEnd] };
}

const listStart = textPart(`${responseStart}<value><array><data>`);
const listEnd = textPart(`</data></array></value>${responseEnd}`);

/** A struct: `versions`, an array of `[name, version, time, [hash, …]]`, and `more`. */
function page({ versions, more }: VersionsPage): FilesAnswer {
  const moreMember = encodeMember('more', more);
  const end = `</data></array></value></member>${moreMember}</struct></value>${responseEnd}`;
  const part = partOf(versions, namedVersionItem);
  return { files: undefined, parts: [pageStart, part, textPart(end)] };
}

const pageStart = textPart(
  `${responseStart}<value><struct><member><name>versions</name><value><array><data>`,
);

function partOf(versions: FileVersions, form: typeof versionItem): AnswerPart {
  return { read: () => versions.read(), form, heldBytes: versions.bytes };
}
