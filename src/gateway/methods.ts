/** What the header Allow says: without uploads, and where uploads are taken. */
export const readMethods = 'GET, HEAD, OPTIONS';
export const allMethods = 'GET, HEAD, PUT, DELETE, OPTIONS';

/** For a connection on which nobody knows what is asked for. */
export function methodsOf({ uploads }: { readonly uploads: boolean }): string {
  return uploads ? allMethods : readMethods;
}
