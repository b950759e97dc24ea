/**
 * Servers that the tester started itself: processes that it may end without warning, pause and
 * start again. A cluster that somebody else runs has none.
 */
export interface Processes {
  /** Starts the server's process; resolves once it answers. Rejects when it ends instead. */
  start(id: number): Promise<void>;
  /** SIGKILL; resolves when the process is gone. Without effect when it is. */
  kill(id: number): Promise<void>;
  /** SIGSTOP: the process keeps its memory and its port, and does nothing. */
  pause(id: number): void;
  /** SIGCONT; without effect on a process that runs. */
  resume(id: number): void;
  isRunning(id: number): boolean;
  /** Resumes the paused, starts the dead. */
  heal(): Promise<void>;
}
