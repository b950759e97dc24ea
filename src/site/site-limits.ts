/**
 * What the site takes, and how much of it. Part of the replicated state: equal on all servers.
 */

/** Letters of a user's name; they are ASCII (`A–Z a–z 0–9 _ -`). */
export const userNameCharsMax = 20;

/** Characters (code points) of a title. */
export const titleCharsMax = 200;

/** Characters of a link as it is kept. */
export const linkCharsMax = 2_000;

/** Characters of a comment, line breaks included. */
export const commentCharsMax = 5_000;

/** Characters of what a session is called ("Firefox on Linux"). */
export const sessionLabelCharsMax = 60;

/** Sessions of one account; a further log-in ends the oldest. */
export const sessionsPerAccountMax = 50;

/** A session ends so long after its log-in, in ms. */
export const sessionLifeMs = 30 * 24 * 3_600_000;

/** Sessions that somebody ended and whose commands are still known, should they come again. */
export const endedSessionsKept = 10_000;

/** A link that was posted within so many ms is a duplicate. */
export const duplicateLinkMs = 30 * 24 * 3_600_000;

/** Posts, and comments, of one page. */
export const postsPerPage = 30;
export const commentsPerPage = 100;
/** Of the order `hot`, further pages are empty: to find what is on one costs by its depth. */
export const hotPagesMax = 300;
