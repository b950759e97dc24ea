/** An outcome that is known at once, given as late as the promise of `Answer` asks for. */
import type { Answer, HangUp, Outcome } from './outcome.js';
import type { Timer } from './timer.js';

/** Answers after the present turn, unless the caller hangs up before. */
export function answerSoon<Value>(
  timer: Timer,
  answer: Answer<Value>,
  outcome: Outcome<Value>,
): HangUp {
  let isWanted = true;
  timer.soon(() => {
    if (isWanted) answer(outcome);
  });
  return () => {
    isWanted = false;
  };
}
