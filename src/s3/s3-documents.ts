/**
 * The two XML documents of S3 that we read: a page of a listing, and an error. `saxes` holds them
 * to XML; entities that a document declares itself are not known to it, so nothing grows.
 */
import { SaxesParser } from 'saxes';

export interface S3ErrorDocument {
  readonly code: string;
  /** One line, without control characters. */
  readonly message: string;
  /** The region that the service expects; empty when it does not say. */
  readonly region: string;
}

export interface S3ListedObject {
  readonly key: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAtMs: number;
}

export interface S3ListingPage {
  readonly objects: readonly S3ListedObject[];
  /** Where the next page begins; undefined on the last one. */
  readonly continuation: string | undefined;
}

/** What we know is three elements deep. */
const depthMax = 16;
const textCharactersMax = 300;

/** Undefined: it is no error of S3. */
export function readErrorDocument(body: Uint8Array): S3ErrorDocument | undefined {
  const fields = new Map<string, string>();
  const read = readDocument(body, 'Error', (path, text) => fields.set(path, text));
  const code = printable(fields.get('Error/Code') ?? '');
  if (!read || code === '') return undefined;
  return {
    code,
    message: printable(fields.get('Error/Message') ?? ''),
    region: printable(fields.get('Error/Region') ?? ''),
  };
}

/** Undefined: it is no page of a listing. */
export function readListingPage(body: Uint8Array): S3ListingPage | undefined {
  const objects: S3ListedObject[] = [];
  const fields = new Map<string, string>();
  const root = 'ListBucketResult';
  let broken = 0;
  const read = readDocument(body, root, (path, text) => {
    fields.set(path, text);
    if (path !== `${root}/Contents`) return;
    const object = takeObject(fields, path);
    if (object === undefined) broken += 1;
    else objects.push(object);
  });
  if (!read || broken > 0) return undefined;
  const isEncoded = fields.get(`${root}/EncodingType`) === 'url';
  const decoded = isEncoded ? objects.map(withDecodedKey) : objects;
  const isTruncated = fields.get(`${root}/IsTruncated`);
  if (isTruncated === 'false') return { objects: decoded, continuation: undefined };
  const continuation = fields.get(`${root}/NextContinuationToken`) ?? '';
  if (isTruncated !== 'true' || continuation === '') return undefined;
  return { objects: decoded, continuation };
}

/** Takes the fields out, so that the next object cannot have them. */
function takeObject(fields: Map<string, string>, path: string): S3ListedObject | undefined {
  const take = (name: string): string => {
    const text = fields.get(`${path}/${name}`) ?? '';
    fields.delete(`${path}/${name}`);
    return text;
  };
  const [key, size, modified] = [take('Key'), take('Size'), take('LastModified')];
  const modifiedAtMs = Date.parse(modified);
  if (key === '' || !/^\d{1,15}$/.test(size) || Number.isNaN(modifiedAtMs)) return undefined;
  return { key, bytes: Number(size), modifiedAtMs };
}

/** What cannot be decoded is no key of ours, and stays as it is. */
function withDecodedKey(object: S3ListedObject): S3ListedObject {
  try {
    return { ...object, key: decodeURIComponent(object.key.replaceAll('+', ' ')) };
  } catch {
    return object;
  }
}

/**
 * Calls `onElement` at the end of each element, with its path below and with `root`, and its text.
 * Returns whether it is a well-formed document of that root.
 */
function readDocument(
  body: Uint8Array,
  root: string,
  onElement: (path: string, text: string) => void,
): boolean {
  const parser = new SaxesParser();
  const names: string[] = [];
  let text = '';
  let isRead = true;
  parser.on('error', () => {
    isRead = false;
  });
  parser.on('opentag', ({ name }) => {
    names.push(name);
    text = '';
    if (names[0] !== root || names.length > depthMax) isRead = false;
  });
  parser.on('text', (more) => {
    text += more;
  });
  parser.on('cdata', (more) => {
    text += more;
  });
  parser.on('closetag', () => {
    if (isRead) onElement(names.join('/'), text);
    names.pop();
    text = '';
  });
  try {
    parser.write(new TextDecoder('utf-8', { fatal: true }).decode(body)).close();
  } catch {
    return false;
  }
  return isRead;
}

/** What came from elsewhere goes into a log: one line of it, and not too long. */
function printable(text: string): string {
  const line = text.replace(/[^\P{C} ]+/gu, ' ').trim();
  return line.length > textCharactersMax ? `${line.slice(0, textCharactersMax)}…` : line;
}
