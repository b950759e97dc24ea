/** Bytes that are all there, as something that is read piece by piece: one piece, if any. */
export function onePiece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      let isGiven = bytes.length === 0;
      return {
        next: (): Promise<IteratorResult<Uint8Array, undefined>> => {
          if (isGiven) return Promise.resolve({ done: true, value: undefined });
          isGiven = true;
          return Promise.resolve({ done: false, value: bytes });
        },
      };
    },
  };
}
