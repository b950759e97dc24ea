/**
 * What makes the pages quick. Every page is whole without it: it only saves ways to the server and
 * what was typed.
 */
import { keepAgesFresh } from './ages.js';
import { keepDrafts } from './drafts.js';
import { likeInPlace } from './likes.js';

keepDrafts();
likeInPlace();
keepAgesFresh();
