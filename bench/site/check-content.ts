/**
 * Holds what the servers have in the end against what people did: all servers are equal, what was
 * confirmed is there once, what was not is there at most once, and nothing else is there.
 */
import { hotPagesMax, postsPerPage } from '../../src/site/site-limits.js';
import type { Ledger, Problems } from './ledger.js';
import type { SiteContent } from './site-content.js';

/** All servers hold the same, in the same orders. */
export function checkEqual(contents: readonly SiteContent[], problems: Problems): void {
  const [first, ...others] = contents;
  if (first === undefined) return;
  for (const other of others) {
    for (const part of ['counts', 'posts', 'hot', 'top', 'comments'] as const) {
      if (JSON.stringify(first[part]) === JSON.stringify(other[part])) continue;
      problems.add(`servers ${first.server} and ${other.server} differ in their ${part}`);
    }
  }
}

/** One server holds what so many people did. */
export function checkContent(
  content: SiteContent,
  { ledger, people, problems }: Checked & { readonly people: number },
): void {
  const { posts, comments, counts, hot, top } = content;
  const likes = posts.reduce((sum, post) => sum + post.likes, 0);
  const wanted = { users: people, posts: posts.length, comments: comments.length, likes };
  for (const [what, count] of Object.entries(wanted)) {
    const counted = counts[what as keyof typeof counts];
    if (counted !== count) problems.add(`${counted} ${what} are counted instead of ${count}`);
  }
  checkOrder('hot', hot, Math.min(posts.length, hotPagesMax * postsPerPage), problems);
  checkOrder('top', top, posts.length, problems);
  checkPosts(content, { ledger, problems });
  checkComments(content, { ledger, problems });
}

/** That posts of another list are not in it, their equal number and `checkPosts` tell. */
function checkOrder(name: string, ids: readonly string[], count: number, problems: Problems): void {
  if (ids.length === count && new Set(ids).size === count) return;
  problems.add(
    `${name} has ${new Set(ids).size} posts in ${ids.length} places instead of ${count}`,
  );
}

interface Checked {
  readonly ledger: Ledger;
  readonly problems: Problems;
}

function checkPosts({ posts }: SiteContent, { ledger, problems }: Checked): void {
  const found = countOf(posts.map(({ title }) => title));
  for (const { title, isSure } of ledger.posts.values()) {
    checkTimes(`the post "${title}"`, found.get(title) ?? 0, isSure, problems);
  }
  for (const { id, title, link, by, likes } of posts) {
    const written = ledger.posts.get(title);
    if (written === undefined) problems.add(`nobody wrote the post "${title}"`);
    else if (written.by !== by || written.link !== link) {
      problems.add(`the post "${title}" is by ${by} and leads to ${link}`);
    }
    const { least, most } = ledger.likesOf(id);
    if (likes < least || likes > most) {
      const range = least === most ? String(least) : `${least} to ${most}`;
      problems.add(`the post "${title}" has ${likes} likes instead of ${range}`);
    }
  }
}

function checkComments({ posts, comments }: SiteContent, { ledger, problems }: Checked): void {
  const found = countOf(comments.map(({ text }) => text));
  for (const { text, isSure } of ledger.comments.values()) {
    checkTimes(`the comment "${text}"`, found.get(text) ?? 0, isSure, problems);
  }
  for (const { text, by, postId } of comments) {
    const written = ledger.comments.get(text);
    if (written === undefined) problems.add(`nobody wrote the comment "${text}"`);
    else if (written.by !== by || written.postId !== postId) {
      problems.add(`the comment "${text}" is by ${by} and of post ${postId}`);
    }
  }
  const ofPost = countOf(comments.map(({ postId }) => postId));
  for (const post of posts) {
    const count = ofPost.get(post.id) ?? 0;
    if (post.comments === count) continue;
    problems.add(`the post "${post.title}" counts ${post.comments} comments instead of ${count}`);
  }
}

function checkTimes(what: string, times: number, isSure: boolean, problems: Problems): void {
  if (times > 1) problems.add(`${what} is there ${times} times`);
  if (times === 0 && isSure) problems.add(`${what} was confirmed and is lost`);
}

/** Whoever likes a post is known to like it, and nobody else. */
export function checkLikes(
  name: string,
  liked: ReadonlySet<string>,
  { posts }: SiteContent,
  { ledger, problems }: Checked,
): void {
  for (const { id, title } of posts) {
    const state = ledger.likeOf(id, name);
    if (state === 'unknown' || state === liked.has(id)) continue;
    problems.add(
      `${name} ${state ? 'likes' : 'does not like'} "${title}": the site says otherwise`,
    );
  }
}

function countOf(values: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
