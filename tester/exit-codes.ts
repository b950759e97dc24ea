/** Exit codes, as the README promises them. */
export const exitPassed = 0;
export const exitFailed = 1;
export const exitUnusable = 2;
export const exitInterrupted = 130;
