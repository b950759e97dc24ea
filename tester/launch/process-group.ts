/**
 * Signals to a whole process group: a server started by a wrapper script is a child or grandchild
 * of what the tester started, and has to get them, too.
 */

/** False when no process of the group is left to be told. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-leaderPid, signal);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Some systems say EPERM of a group in which only ended processes are left.
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}
