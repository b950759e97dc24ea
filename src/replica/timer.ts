/** Time, as the replica sees it: something that calls back every so often. */
export interface Timer {
  /** Calls `action` about every `intervalMs` until the returned function is called. */
  every(intervalMs: number, action: () => void): () => void;
}
