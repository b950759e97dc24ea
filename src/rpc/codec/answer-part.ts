/**
 * A long answer before it is written: bytes that stand, and files that are read one by one while
 * they are written. What comes of it is byte for byte what `encodeResponse` makes of the same
 * value, with none of the values in between.
 */
import type { FileCursor } from '../../files/file-cursor.js';
import { encodeInteger } from './encode.js';

export type AnswerPart = Uint8Array | FilesPart;

export interface FilesPart {
  /** Begins to read the files; each call gives the same ones. */
  readonly read: () => FileCursor;
  readonly form: FileForm;
  /** What is kept in memory for this answer alone; left out when it is nothing. */
  readonly heldBytes?: number;
}

/** Bytes that stand in an answer. */
export function textPart(text: string): Uint8Array {
  return Buffer.from(text);
}

/** What a file shows in front of its items. */
type FileHead = Pick<FileCursor, 'version' | 'timeMs'>;

/** Versions below this are written from bytes that were made once. */
const readyVersions = 64;

interface FileFormText {
  /** Undefined when the name is not shown. */
  readonly beforeName: string | undefined;
  readonly beforeVersion: string;
  /** Between version and time; undefined when the time is not shown. */
  readonly beforeTime?: string;
  /** Behind the version, or the time if it is shown. */
  readonly afterVersion: string;
  /** Behind the list of the items. */
  readonly afterFile: string;
}

/** What stands round the name, the version and the items of a file: at most 240 bytes each. */
export class FileForm {
  readonly showsName: boolean;
  readonly beforeName: Uint8Array;
  /** Behind the last item: the end of their list, and of the file. */
  readonly afterItems: Uint8Array;
  readonly #beforeVersion: string;
  readonly #beforeTime: string | undefined;
  readonly #afterVersion: string;
  readonly #ready: readonly Uint8Array[];

  constructor({ beforeName, beforeVersion, beforeTime, afterVersion, afterFile }: FileFormText) {
    this.showsName = beforeName !== undefined;
    this.beforeName = textPart(beforeName ?? '');
    this.afterItems = textPart(`</data></array></value>${afterFile}`);
    this.#beforeVersion = beforeVersion;
    this.#beforeTime = beforeTime;
    this.#afterVersion = afterVersion;
    const ready = beforeTime === undefined ? readyVersions : 0;
    this.#ready = Array.from({ length: ready }, (_, version) => this.#make(version, 0));
  }

  /** From the end of the name to before the first item. */
  beforeItems({ version, timeMs }: FileHead): Uint8Array {
    const ready = typeof version === 'number' ? this.#ready[version] : undefined;
    return ready ?? this.#make(version, timeMs);
  }

  #make(version: number | bigint, timeMs: number): Uint8Array {
    const time = this.#beforeTime === undefined ? '' : this.#beforeTime + encodeInteger(timeMs);
    const behind = `${this.#afterVersion}<value><array><data>`;
    return textPart(`${this.#beforeVersion}${encodeInteger(version)}${time}${behind}`);
  }
}

/** A member of the struct that `getfileinfomap` answers. */
export const fileMember = new FileForm({
  beforeName: '<member><name>',
  beforeVersion: '</name><value><array><data>',
  afterVersion: '',
  afterFile: '</data></array></value></member>',
});

/** An item of the array that `getfileinfopage` answers. */
export const fileItem = new FileForm({
  beforeName: '<value><array><data><value><string>',
  beforeVersion: '</string></value>',
  afterVersion: '',
  afterFile: '</data></array></value>',
});

/** What `getfileinfo` answers. */
export const fileInfo = new FileForm({
  beforeName: undefined,
  beforeVersion: '<value><array><data>',
  afterVersion: '',
  afterFile: '</data></array></value>',
});

/** An item of the array that `getfileversions` answers. */
export const versionItem = new FileForm({
  beforeName: undefined,
  beforeVersion: '<value><struct><member><name>version</name>',
  beforeTime: '</member><member><name>time</name>',
  afterVersion: '</member><member><name>hashlist</name>',
  afterFile: '</member></struct></value>',
});

/** An item of the array that `getversionspage` answers. */
export const namedVersionItem = new FileForm({
  beforeName: '<value><array><data><value><string>',
  beforeVersion: '</string></value>',
  beforeTime: '',
  afterVersion: '',
  afterFile: '</data></array></value>',
});

/** Members of the struct that tells of an `updatefile` in the log. */
export const updateMembers = new FileForm({
  beforeName: '<member><name>name</name><value><string>',
  beforeVersion: '</string></value></member><member><name>version</name>',
  afterVersion: '</member><member><name>hashlist</name>',
  afterFile: '</member>',
});
