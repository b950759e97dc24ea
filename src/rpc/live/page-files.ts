/**
 * The files of the live page, wherever they come from: the wire side only hands them out.
 */

export interface PageFile {
  readonly contentType: string;
  readonly body: string;
}

export interface PageFiles {
  /** Paths on the server: of the style, of the script, and of what the script imports. */
  readonly style: string;
  readonly icon: string;
  readonly script: string;
  readonly modules: readonly string[];
  /** What lies at this path; another content has another path, for ever. */
  get(path: string): PageFile | undefined;
}
