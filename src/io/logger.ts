/**
 * The log of a process: one event a line, on stderr, as text for people or as JSON (pino's).
 *
 * Writing never blocks the process and never ends it. When the reader of stderr is too slow, lines
 * beyond `bufferedBytesMax` are lost, and the next line that gets through says how many.
 */
import { pino, type DestinationStream } from 'pino';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** The least urgent level that is written. */
export type LogThreshold = (typeof logLevels)[number];
export type LogLevel = Exclude<LogThreshold, 'silent'>;

export const logFormats = ['pretty', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

export interface Logger {
  /** `details` stand as fields in JSON and are left out of the text for people. */
  log(level: LogLevel, message: string, details?: Readonly<Record<string, unknown>>): void;
  /**
   * Writes what is still buffered, for `closeMsMax` at most; then nothing may be logged any more.
   * For the moment before the process ends.
   */
  close(): Promise<void>;
}

export interface LoggerOptions {
  readonly level: LogThreshold;
  readonly format: LogFormat;
  /** Fields that every JSON line carries. */
  readonly base: Readonly<Record<string, unknown>>;
}

const bufferedBytesMax = 4 * 1024 * 1024;
/** A reader who is gone or asleep must not keep the process from ending. */
const closeMsMax = 300;
const stderrDescriptor = 2;

export function createLogger({ level, format, base }: LoggerOptions): Logger {
  const stderr = pino.destination({
    fd: stderrDescriptor,
    sync: false,
    maxLength: bufferedBytesMax,
  });
  let lostLines = 0;
  stderr.on('drop', () => {
    lostLines += 1;
  });
  // Whoever read the log is gone (EPIPE): there is nobody left to tell, and the service goes on.
  stderr.on('error', () => {
    lostLines += 1;
  });
  const out: DestinationStream =
    format === 'json' ? stderr : { write: (line) => stderr.write(prettyLine(line)) };
  const logger = pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, out);
  return {
    log(lineLevel, message, details = {}) {
      if (lostLines > 0) {
        const lost = lostLines;
        lostLines = 0;
        logger.warn({ lost }, `${lost} log lines were lost: their reader was too slow`);
      }
      logger[lineLevel](details, message);
    },
    close() {
      return new Promise((resolve) => {
        const deadline = setTimeout(resolve, closeMsMax);
        stderr.once('close', () => {
          clearTimeout(deadline);
          resolve();
        });
        stderr.end();
      });
    },
  };
}

/** `13:05:07.123 INFO  elected leader of term 7 …` of a line of pino's JSON. */
export function prettyLine(json: string): string {
  const line = JSON.parse(json) as { readonly level: number; time: string; msg: string };
  const name = pino.levels.labels[line.level] ?? String(line.level);
  const message = line.msg.replace(/\s*\n\s*/g, ' ↵ ');
  return `${clockTime(new Date(line.time))} ${name.toUpperCase().padEnd(5)} ${message}\n`;
}

/** Of this machine's time zone: people compare it with their watch. */
function clockTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
