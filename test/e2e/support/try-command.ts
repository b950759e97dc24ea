/** Whether this machine lets us do something, found out by doing it. */

/** Undefined when it worked, else why it did not, in one line. */
export async function tryCommand(run: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    return String(error).split('\n', 2).join(' ');
  }
}
