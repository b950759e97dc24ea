/**
 * Puts a label before each line of a stream, and passes on whole lines only, so that the output of
 * several processes can be merged without tearing lines apart.
 */
import { StringDecoder } from 'node:string_decoder';
import { Transform } from 'node:stream';

/** A longer line is broken into pieces, each labelled, so that memory stays bounded. */
const lineCharactersMax = 64 * 1024;

export function createLineLabeller(label: string): Transform {
  const decoder = new StringDecoder('utf8');
  let partial = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const lines = `${partial}${decoder.write(chunk)}`.split('\n');
      partial = lines.pop() ?? '';
      if (partial.length > lineCharactersMax) {
        lines.push(partial);
        partial = '';
      }
      done(null, lines.map((line) => `${label}${line}\n`).join(''));
    },
    flush(done) {
      const rest = `${partial}${decoder.end()}`;
      done(null, rest === '' ? '' : `${label}${rest}\n`);
    },
  });
}
