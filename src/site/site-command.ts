/**
 * What changes the site, and what comes of it. Everything that chance decides (ids, salts, tokens)
 * is part of the command, so that all servers that apply it come to the same state; the time is
 * the leader's, when it took the call. Every command may be sent again with the same ids: it then
 * takes effect once and answers the same.
 *
 * Bytes are written as lower-case hexadecimal digits.
 */

/** A password as it is kept: what scrypt made of it, and with what. */
export interface PasswordRecord {
  /** 32 hex digits (16 bytes). */
  readonly salt: string;
  /** 64 hex digits (32 bytes): scrypt(password, salt). */
  readonly key: string;
  /** scrypt's cost: N is 2 ** logN. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** A session at its beginning. */
export interface NewSession {
  /** 64 hex digits: SHA-256 of the token in the cookie, which is known to its browser alone. */
  readonly tokenHash: string;
  /** 16 hex digits, new: names the session to its owner, and opens nothing. */
  readonly id: string;
  /** What the owner will know it by; at most `sessionLabelCharsMax` characters, may be empty. */
  readonly label: string;
}

interface Timed {
  /** ms since 1970, stamped by the server that logs the command. 0 until then. */
  readonly timeMs: number;
}

export interface SignUp extends Timed {
  readonly type: 'signUp';
  readonly name: string;
  readonly password: PasswordRecord;
  readonly session: NewSession;
}

/** The caller has checked the password against the record whose `key` it names. */
export interface LogIn extends Timed {
  readonly type: 'logIn';
  readonly name: string;
  readonly passwordKey: string;
  readonly session: NewSession;
}

/** Ends the session of the token. */
export interface LogOut extends Timed {
  readonly type: 'logOut';
  readonly tokenHash: string;
}

/** Ends one session of the token's user, or all of them, this one included. */
export interface EndSessions extends Timed {
  readonly type: 'endSessions';
  readonly tokenHash: string;
  /** An id, or undefined for all. */
  readonly sessionId: string | undefined;
}

export interface AddPost extends Timed {
  readonly type: 'post';
  readonly tokenHash: string;
  /** 16 hex digits, new. */
  readonly id: string;
  readonly title: string;
  /** As `normalizeLink` gives it. */
  readonly link: string;
}

export interface SetLike extends Timed {
  readonly type: 'like';
  readonly tokenHash: string;
  readonly postId: string;
  /** Whether the user shall like the post from now on. */
  readonly liked: boolean;
}

export interface AddComment extends Timed {
  readonly type: 'comment';
  readonly tokenHash: string;
  /** 16 hex digits, new. */
  readonly id: string;
  readonly postId: string;
  /** Lines are ended by \n; no other control characters. */
  readonly text: string;
}

export type SiteCommand = SignUp | LogIn | LogOut | EndSessions | AddPost | SetLike | AddComment;

/** What came of a command. Whatever is not `done` has changed nothing. */
export type SiteResult =
  | { readonly kind: 'done' }
  /** Of `like`: how many like the post now. */
  | { readonly kind: 'liked'; readonly likes: number; readonly liked: boolean }
  /** Of `signUp`: somebody has this name, in whatever letter case. */
  | { readonly kind: 'nameTaken' }
  /** Of `logIn`: no such user, or the password was changed meanwhile. */
  | { readonly kind: 'wrongPassword' }
  /** The token is of no session, or of one that has ended. */
  | { readonly kind: 'notLoggedIn' }
  | { readonly kind: 'noSuchPost' }
  /** Of `post`: the link was posted within `duplicateLinkMs` before. */
  | { readonly kind: 'duplicate'; readonly postId: string; readonly title: string }
  /** An id or a token that the command calls new belongs to something else. */
  | { readonly kind: 'idTaken' };
