/** What `--blocks` names, as the place that a process opens; the log hears how S3 does. */
import type { Logger } from '../io/logger.js';
import type { BlocksTarget } from './blocks-option.js';
import { describeS3Event } from './describe-s3-event.js';
import type { BlocksPlace } from './open-blocks.js';

export function placeOfTarget(target: BlocksTarget, logger: Logger): BlocksPlace {
  if (target.kind === 'folder') return target;
  return {
    kind: 's3',
    place: target.place,
    observer: (event) => {
      const { level, text } = describeS3Event(event);
      logger.log(level, text);
    },
  };
}
