/**
 * The one place that knows which results belong to which commands: those of files are words, those
 * of the site are objects.
 */
import { assert } from '../base/assert.js';
import type { FileCommand, UpdateResult } from '../files/file-command.js';
import type { Answer, HangUp } from '../replica/outcome.js';
import type { SiteCommand, SiteResult } from '../site/site-command.js';
import type { ClusterReplica } from './method-services.js';

export function submitToFiles(
  replica: ClusterReplica,
  command: FileCommand,
  answer: Answer<UpdateResult>,
): HangUp {
  return replica.submit(command, (outcome) => {
    if (outcome.kind !== 'done') {
      answer(outcome);
      return;
    }
    const { value } = outcome;
    assert(typeof value === 'string', 'the result of a file command is a word');
    answer({ kind: 'done', value });
  });
}

export function submitToSite(
  replica: ClusterReplica,
  command: SiteCommand,
  answer: Answer<SiteResult>,
): HangUp {
  return replica.submit(command, (outcome) => {
    if (outcome.kind !== 'done') {
      answer(outcome);
      return;
    }
    const { value } = outcome;
    assert(typeof value !== 'string', 'the result of a site command is an object');
    answer({ kind: 'done', value });
  });
}
