/**
 * Types of the two inner files of the npm package `xmlrpc` that the tester uses. Its public client
 * hides the HTTP answer and throws outside any promise on a malformed fault; its codec alone does
 * neither, and stays independent of our own.
 */
declare module 'xmlrpc/lib/serializer.js' {
  const serializer: {
    /** Throws on a text that XML 1.0 cannot carry. */
    serializeMethodCall(method: string, params: readonly unknown[]): string;
    serializeMethodResponse(result: unknown): string;
    serializeFault(fault: { readonly faultCode: number; readonly faultString: string }): string;
  };
  export = serializer;
}

declare module 'xmlrpc/lib/deserializer.js' {
  /** What the deserializer needs of a stream; `pipe` may write everything before it returns. */
  interface Source {
    setEncoding(encoding: string): void;
    on(event: string, listener: unknown): void;
    pipe(sink: { write(text: string): void; end(): void }): void;
  }

  class Deserializer {
    constructor(encoding?: string);
    deserializeMethodResponse(
      source: Source,
      callback: (error: unknown, result?: unknown) => void,
    ): void;
    deserializeMethodCall(
      source: Source,
      callback: (error: unknown, method?: string, params?: unknown[]) => void,
    ): void;
  }
  export = Deserializer;
}
