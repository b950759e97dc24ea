/**
 * The one place that knows which results belong to which commands: those of files are words, those
 * of the site are objects.
 */
import { assert } from '../base/assert.js';
import type { FileCommand, UpdateResult } from '../files/file-command.js';
import type { Answer, HangUp } from '../replica/outcome.js';
import type { SiteCommand, SiteResult } from '../site/site-command.js';
import type { ClusterReplica } from './method-services.js';

type AnyResult = UpdateResult | SiteResult;

export function submitToFiles(
  replica: ClusterReplica,
  command: FileCommand,
  answer: Answer<UpdateResult>,
): HangUp {
  return replica.submit(command, onlyIf(isOfFiles, answer));
}

export function submitToSite(
  replica: ClusterReplica,
  command: SiteCommand,
  answer: Answer<SiteResult>,
): HangUp {
  return replica.submit(command, onlyIf(isOfSite, answer));
}

function isOfFiles(value: AnyResult): value is UpdateResult {
  return typeof value === 'string';
}

function isOfSite(value: AnyResult): value is SiteResult {
  return !isOfFiles(value);
}

/** Hands on what belongs to the command; another result is a bug of ours. */
function onlyIf<Result extends AnyResult>(
  belongs: (value: AnyResult) => value is Result,
  answer: Answer<Result>,
): Answer<AnyResult> {
  return (outcome) => {
    if (outcome.kind !== 'done') {
      answer(outcome);
      return;
    }
    const { value } = outcome;
    assert(belongs(value), 'a command has a result of its own kind');
    answer({ kind: 'done', value });
  };
}
