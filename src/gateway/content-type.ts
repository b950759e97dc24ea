/**
 * The media type of a file by the ending of its name, and whether files of it are worth
 * compressing. The types are those of the package `mime`.
 */
import mime from 'mime';

const typeUnknown = 'application/octet-stream';

/** Beside text/*, what is text in disguise or compresses as well. */
const compressibles = new Set([
  'application/javascript',
  'application/json',
  'application/rtf',
  'application/wasm',
  'application/x-sh',
  'application/xml',
  'application/yaml',
  'font/otf',
  'font/ttf',
  'image/bmp',
]);

/** With its charset, which is always taken to be UTF-8, for text. */
export function contentTypeOf(name: string): string {
  // A name that is nothing but an ending has none.
  const type = name.lastIndexOf('.') > 0 ? mime.getType(name) : null;
  if (type === null) return typeUnknown;
  return isText(type) ? `${type}; charset=utf-8` : type;
}

/** `type` as `contentTypeOf` gives it. */
export function isCompressible(type: string): boolean {
  const [bare = ''] = type.split(';');
  return bare.startsWith('text/') || /[+](json|xml)$/.test(bare) || compressibles.has(bare);
}

function isText(type: string): boolean {
  return type.startsWith('text/') || type === 'application/json' || type === 'application/xml';
}
