/**
 * A process that is asked to stop does so in time, whatever the disk does.
 */

/** Stopping ends within this time, whatever the disk does (contract: 2 s). */
const stopMsMax = 1_600;

/** Whether it has stopped in time. */
export async function withinStopTime(stopped: Promise<void>): Promise<boolean> {
  let deadline: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    deadline = setTimeout(resolve, stopMsMax, false);
  });
  const isStopped = await Promise.race([stopped.then(() => true), tooLate]);
  clearTimeout(deadline);
  return isStopped;
}
