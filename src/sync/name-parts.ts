/**
 * A name as the path of a file below the folder: parts with `/` between them, of which all but
 * the last are folders.
 */

/** UTF-8 bytes of one part: what the usual file systems can hold. */
export const partBytesMax = 255;

/** `dir/sub/` and `a.txt` of `dir/sub/a.txt`; both together are the name again. */
export function splitName(name: string): { readonly folder: string; readonly last: string } {
  const start = name.lastIndexOf('/') + 1;
  return { folder: name.slice(0, start), last: name.slice(start) };
}
