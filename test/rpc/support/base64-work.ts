/** Counts the base64 that a process reads and writes in each turn of its event loop. */

export interface Base64Work {
  /** Characters of base64 in the turn that had most. */
  readonly most: number;
  /** Of all turns. */
  readonly total: number;
}

type Conversion = (this: unknown, ...args: unknown[]) => unknown;

const ofClass = Buffer as unknown as Record<'from', Conversion>;
const ofBuffers = Buffer.prototype as unknown as Record<'toString' | 'write', Conversion>;

/** Runs `action` with Node's own conversions counted. */
export async function countBase64(action: () => Promise<void>): Promise<Base64Work> {
  const { from } = ofClass;
  const { toString, write } = ofBuffers;
  const work = { most: 0, total: 0, inTurn: 0 };
  const count = (text: unknown): void => {
    const { length } = String(text);
    work.inTurn += length;
    work.total += length;
    work.most = Math.max(work.most, work.inTurn);
  };
  let isOver = false;
  const nextTurn = (): void => {
    work.inTurn = 0;
    if (!isOver) setImmediate(nextTurn);
  };
  ofClass.from = function (...args) {
    if (args[1] === 'base64') count(args[0]);
    return from.apply(this, args);
  };
  ofBuffers.toString = function (...args) {
    const text = toString.apply(this, args);
    if (args[0] === 'base64') count(text);
    return text;
  };
  ofBuffers.write = function (...args) {
    if (args.at(-1) === 'base64') count(args[0]);
    return write.apply(this, args);
  };
  nextTurn();
  try {
    await action();
  } finally {
    isOver = true;
    Object.assign(ofClass, { from });
    Object.assign(ofBuffers, { toString, write });
  }
  return work;
}
