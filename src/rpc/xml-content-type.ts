/**
 * Whether the body of a request is XML, as far as its headers tell.
 */
const xmlContentType = /^(?:text|application)\/(?:[\w.+-]+\+)?xml$/i;

/** True for a type of XML, whatever its parameters. No type at all is accepted, too. */
export function isXmlContentType(type: string | undefined): boolean {
  const bare = type?.split(';', 1)[0]?.trim() ?? '';
  return bare === '' || xmlContentType.test(bare);
}
