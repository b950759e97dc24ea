/**
 * Which texts the site takes: names, titles, comments, links. Fronts and servers judge by the same
 * functions; a front's refusal is for people, a server's for whoever calls it directly.
 */
import {
  commentCharsMax,
  linkCharsMax,
  sessionLabelCharsMax,
  titleCharsMax,
  userNameCharsMax,
} from './site-limits.js';

const namePattern = new RegExp(`^[A-Za-z0-9_-]{1,${userNameCharsMax}}$`);
/** C0 and C1 control characters, and what breaks lines without being one. */
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
/** The same without line feeds. */
const controlInLines = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/;
/** Half of a character, and the two that no XML can carry: not Unicode text. */
const notText = /\p{Cs}|[\ufffe\uffff]/u;
/** What is not white space, a control or a formatting character, or blank by its design. */
const visible = /[^\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;
const linkPattern = /^https?:\/\/[^\s]+$/;

/** What is wrong with a user's name, as the end of a sentence; undefined when nothing is. */
export function findNameMistake(name: string): string | undefined {
  if (namePattern.test(name)) return undefined;
  return `expected 1 to ${userNameCharsMax} of the characters A–Z a–z 0–9 _ -`;
}

/** The form in which names are compared: no two users differ in letter case alone. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

export function findTitleMistake(title: string): string | undefined {
  if (notText.test(title)) return 'expected Unicode text';
  if (control.test(title)) return 'expected one line without control characters';
  if (!visible.test(title)) return 'expected at least one character that can be seen';
  if (charsOf(title) > titleCharsMax) return `expected at most ${titleCharsMax} characters`;
  return undefined;
}

export function findCommentMistake(text: string): string | undefined {
  if (notText.test(text)) return 'expected Unicode text';
  if (controlInLines.test(text)) return 'expected text without control characters';
  if (!visible.test(text)) return 'expected at least one character that can be seen';
  if (charsOf(text) > commentCharsMax) return `expected at most ${commentCharsMax} characters`;
  return undefined;
}

/** Of what a session is called. */
export function findLabelMistake(label: string): string | undefined {
  if (notText.test(label)) return 'expected Unicode text';
  if (control.test(label)) return 'expected one line without control characters';
  if (charsOf(label) > sessionLabelCharsMax) {
    return `expected at most ${sessionLabelCharsMax} characters`;
  }
  return undefined;
}

/** Of a link in the form that fronts give it (`normalizeLink`). */
export function findLinkMistake(link: string): string | undefined {
  if (notText.test(link)) return 'expected Unicode text';
  if (!linkPattern.test(link) || control.test(link)) {
    return 'expected an address that begins with http:// or https://';
  }
  if (charsOf(link) > linkCharsMax) return `expected at most ${linkCharsMax} characters`;
  return undefined;
}

function charsOf(text: string): number {
  return Array.from(text).length;
}
