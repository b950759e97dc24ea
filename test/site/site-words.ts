/** Ids and commands of the site, as tests want them: all made from a number. */
import type {
  AddComment,
  AddPost,
  LogIn,
  NewSession,
  PasswordRecord,
  SetLike,
  SignUp,
} from '../../src/site/site-command.js';

function digits(letter: string, number: number, length: number): string {
  return letter + number.toString(16).padStart(length - 1, '0');
}

export const tokenHash = (number: number): string => digits('a', number, 64);
export const sessionId = (number: number): string => digits('b', number, 16);
export const postId = (number: number): string => digits('c', number, 16);
export const commentId = (number: number): string => digits('d', number, 16);
export const passwordKey = (number: number): string => digits('e', number, 64);

export function session(number: number, label = ''): NewSession {
  return { tokenHash: tokenHash(number), id: sessionId(number), label };
}

export function password(number: number): PasswordRecord {
  return { salt: digits('f', number, 32), key: passwordKey(number), logN: 17, r: 8, p: 1 };
}

/** With the token, and the password, of the same number. */
export function signUp(number: number, name = `user-${number}`, timeMs = 1): SignUp {
  return { type: 'signUp', name, password: password(number), session: session(number), timeMs };
}

export function logIn(user: number, token: number, timeMs = 1): LogIn {
  const name = `user-${user}`;
  return {
    ...{ type: 'logIn', name, passwordKey: passwordKey(user) },
    ...{ session: session(token), timeMs },
  };
}

export function post(token: number, number: number, timeMs = 1): AddPost {
  const link = `http://example.org/${number}`;
  return {
    ...{ type: 'post', tokenHash: tokenHash(token), id: postId(number) },
    ...{ title: `Post ${number}`, link, timeMs },
  };
}

export function like(token: number, number: number, liked = true, timeMs = 1): SetLike {
  return { type: 'like', tokenHash: tokenHash(token), postId: postId(number), liked, timeMs };
}

export function comment(token: number, number: number, on: number, timeMs = 1): AddComment {
  return {
    ...{ type: 'comment', tokenHash: tokenHash(token), id: commentId(number) },
    ...{ postId: postId(on), text: `Comment ${number}\non ${on}`, timeMs },
  };
}
