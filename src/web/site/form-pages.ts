/**
 * The forms: signing up, logging in and out, posting, liking, commenting, ending sessions. Whatever
 * cannot be done is answered with the form's page again, with what the person typed, but never with
 * a password.
 */
import type { Answer, AnswerExtras } from './answer.js';
import { pageAnswer, redirectAnswer } from './answer.js';
import { senderOf } from './cookies.js';
import {
  backRule,
  commentRule,
  isId,
  logInRules,
  nonceRule,
  optionalField,
  parseForm,
  plainLines,
  postIdRule,
  postRules,
  readFields,
  sessionIdRule,
  signUpRules,
  typed,
  type Fields,
} from './fields.js';
import { frameOf, problemPage, readAs, readViewer, withMore, type Front } from './front.js';
import { normalizeLink } from './normalize-link.js';
import type { CredentialsPage, Notice, SubmitPage } from './page-models.js';
import { renderCredentials, renderPost, renderSubmit } from './pages/render-pages.js';
import { newId } from './secrets.js';
import type { Actor, Credentials, LoggedIn, Outcome, Refusal } from './site-actions.js';
import type { SiteRequest } from './site-request.js';

/** A form that may be acted on. */
interface SentForm {
  readonly fields: Fields;
  readonly actor: Actor;
}

type Act = (front: Front, request: SiteRequest, form: SentForm) => Promise<Answer>;

/** Lets a form through that is one, and that was made for whoever sends it. */
export function onForm(act: Act): (front: Front, request: SiteRequest) => Promise<Answer> {
  return async (front, request) => {
    const problem = (status: number, text: string, extras: AnswerExtras = {}): Promise<Answer> =>
      problemPage(front, request, status, { text, extras });
    const read = await request.body();
    if (read.kind === 'tooLong') return problem(413, tooLong, { headers: { Connection: 'close' } });
    if (read.kind === 'brokenOff') return problem(400, 'The form did not arrive as a whole.');
    if (request.isFromElsewhere) return problem(403, fromElsewhere);
    const type = request.contentType;
    if (type !== 'application/x-www-form-urlencoded') return problem(415, notAForm);
    const parsed = parseForm(read.body);
    if (parsed.kind === 'wrong') return problem(400, `This cannot be read: ${parsed.mistake}.`);
    const [csrf, ...more] = parsed.fields.get('csrf') ?? [];
    if (more.length > 0) return problem(400, 'This cannot be read: the field csrf comes twice.');
    const sender = senderOf(request.cookies, csrf ?? '');
    if (sender === undefined) return problem(403, notYours);
    const actor = sender === 'session' ? request.actor : request.visitor;
    return act(front, request, { fields: parsed.fields, actor });
  };
}

const tooLong = 'A form may have 64 KiB at most.';
const notAForm = 'Forms are sent as application/x-www-form-urlencoded, in UTF-8.';
const fromElsewhere = 'A page of another site sent this form. Fill it in here instead.';
const notYours =
  'It was made for another visit, or your browser does not keep cookies. Go back, reload the ' +
  'page, and send it again.';

export function credentialsPage(kind: CredentialsPage['kind']) {
  return async (front: Front, request: SiteRequest): Promise<Answer> => {
    const model = { kind, username: '', mistakes: {} };
    return showCredentials(front, request, { status: 200, model });
  };
}

/** `kind` decides what is done with the name and the password. */
export function sentCredentials(kind: CredentialsPage['kind']): Act {
  return async (front, request, { fields, actor }) => {
    const username = typed(fields, 'username');
    const read = readFields(fields, kind === 'signup' ? signUpRules : logInRules);
    if (read.kind === 'wrong') {
      const model = { kind, username, mistakes: read.mistakes };
      return showCredentials(front, request, { status: 400, model });
    }
    const credentials = { ...read.values, label: request.label };
    const outcome = await actOn(front, kind, actor, credentials);
    if (outcome.kind === 'done') {
      const { token } = outcome.value;
      return redirectAnswer('/', { cookies: front.cookies.session(token, outcome.index) });
    }
    const mistakes = outcome.status === 409 ? { username: outcome.text } : {};
    const model = { kind, username, mistakes };
    const notice = outcome.status === 409 ? undefined : noticeOf(outcome);
    const extras = extrasOf(outcome);
    return showCredentials(front, request, { status: outcome.status, model, notice, extras });
  };
}

function actOn(
  { actions }: Front,
  kind: CredentialsPage['kind'],
  actor: Actor,
  credentials: Credentials,
): Promise<Outcome<LoggedIn>> {
  return kind === 'signup' ? actions.signUp(actor, credentials) : actions.logIn(actor, credentials);
}

interface Shown<Model> {
  readonly status: number;
  readonly model: Model;
  readonly notice?: Notice | undefined;
  readonly extras?: AnswerExtras;
}

async function showCredentials(
  front: Front,
  request: SiteRequest,
  { status, model, notice, extras = {} }: Shown<CredentialsPage>,
): Promise<Answer> {
  const reading = await readViewer(front, request);
  const path = `/${model.kind}`;
  const { frame, extras: own } = frameOf(front, request, reading, { path, notice });
  return pageAnswer(status, renderCredentials(frame, model), withMore(own, extras));
}

export const logOut: Act = async (front, request, { actor }) => {
  // No page for visitors has this form, and a session must not be forgotten while it goes on.
  const isOfAnother = actor.tokenHash === undefined && request.cookies.token !== undefined;
  if (isOfAnother) return problemPage(front, request, 403, { text: notYours });
  const outcome = await front.actions.logOut(actor);
  if (outcome.kind === 'refused') return refusedPage(front, request, outcome);
  return redirectAnswer('/', { cookies: loggedOutCookies(front, outcome.index) });
};

export function loggedOutCookies({ cookies }: Front, index: number): readonly string[] {
  return [cookies.endSession(), cookies.seenAfterSession(index)];
}

export async function submitPage(front: Front, request: SiteRequest): Promise<Answer> {
  const reading = await readViewer(front, request);
  const viewer = reading?.answer.viewer ?? undefined;
  if (reading !== undefined && viewer === undefined) {
    return problemPage(front, request, 401, { text: 'Log in to post a link.' });
  }
  const { frame, extras } = frameOf(front, request, reading, { path: '/post' });
  const model = { title: '', link: '', nextId: newId(), mistakes: {} };
  return pageAnswer(200, renderSubmit(frame, model), extras);
}

async function showSubmit(
  front: Front,
  request: SiteRequest,
  { status, model, notice, extras = {} }: Shown<SubmitPage>,
): Promise<Answer> {
  const reading = await readViewer(front, request);
  const { frame, extras: own } = frameOf(front, request, reading, { path: '/post', notice });
  return pageAnswer(status, renderSubmit(frame, model), withMore(own, extras));
}

export const sentPost: Act = async (front, request, { fields, actor }) => {
  if (actor.tokenHash === undefined) return notLoggedIn(front, request);
  const { value: nonce, isWrong } = optionalField(fields, 'id', nonceRule);
  if (isWrong) return wrongField(front, request, 'id');
  // What is sent again is the same post.
  const nextId = nonce ?? newId();
  const again = { title: typed(fields, 'title'), link: typed(fields, 'link'), nextId };
  const read = readFields(fields, postRules);
  if (read.kind === 'wrong') {
    const model = { ...again, mistakes: read.mistakes };
    return showSubmit(front, request, { status: 400, model });
  }
  const normal = normalizeLink(read.values.link);
  const link = normal.kind === 'ok' ? normal.link : read.values.link;
  const outcome = await front.actions.post(actor, { title: read.values.title, link, nonce });
  if (outcome.kind === 'done') {
    return redirectAnswer('/', { cookies: [front.cookies.seen(outcome.index)] });
  }
  if (outcome.status === 401) return refusedPage(front, request, outcome);
  const shown = { status: outcome.status, extras: extrasOf(outcome), notice: noticeOf(outcome) };
  return showSubmit(front, request, { ...shown, model: { ...again, mistakes: {} } });
};

export function sentLike(liked: boolean): Act {
  return async (front, request, { fields, actor }) => {
    if (actor.tokenHash === undefined) return notLoggedIn(front, request);
    const back = optionalField(fields, 'back', backRule);
    if (back.isWrong) return wrongField(front, request, 'back');
    const read = readFields(fields, { postId: postIdRule });
    if (read.kind === 'wrong') return wrongField(front, request, 'postId');
    const outcome = await front.actions.like(actor, read.values.postId, liked);
    if (outcome.kind === 'refused') return refusedPage(front, request, outcome);
    const cookies = [front.cookies.seen(outcome.index)];
    return redirectAnswer(back.value ?? '/', { cookies });
  };
}

export const sentComment: Act = async (front, request, { fields, actor }) => {
  if (actor.tokenHash === undefined) return notLoggedIn(front, request);
  const back = optionalField(fields, 'back', backRule);
  const { value: nonce, isWrong } = optionalField(fields, 'id', nonceRule);
  if (back.isWrong || isWrong) return wrongField(front, request, back.isWrong ? 'back' : 'id');
  const read = readFields(fields, { postId: postIdRule, text: commentRule });
  if (read.kind === 'wrong') {
    if (read.mistakes.postId !== undefined) return wrongField(front, request, 'postId');
    const mistake = read.mistakes.text ?? '';
    return showDraft(front, request, { fields, status: 400, mistake, notice: undefined });
  }
  const { postId } = read.values;
  const text = plainLines(read.values.text);
  const outcome = await front.actions.comment(actor, { postId, text, nonce });
  if (outcome.kind === 'done') {
    const cookies = [front.cookies.seen(outcome.index)];
    return redirectAnswer(back.value ?? `/posts/${postId}`, { cookies });
  }
  if (outcome.status === 404 || outcome.status === 401) {
    return refusedPage(front, request, outcome);
  }
  const shown = { fields, status: outcome.status, extras: extrasOf(outcome) };
  return showDraft(front, request, { ...shown, notice: noticeOf(outcome) });
};

interface Draft {
  readonly fields: Fields;
  readonly status: number;
  readonly mistake?: string;
  readonly notice: Notice | undefined;
  readonly extras?: AnswerExtras;
}

/** The post's page with what was typed; where there is no post to show, the text by itself. */
async function showDraft(front: Front, request: SiteRequest, sent: Draft): Promise<Answer> {
  const { fields, status, notice, mistake, extras = {} } = sent;
  const id = typed(fields, 'postId');
  const draft = typed(fields, 'text');
  const reading = isId(id)
    ? await readAs(front, request, { type: 'post', id, page: 1 })
    : undefined;
  const post = reading?.answer.post ?? undefined;
  if (reading === undefined || post === undefined) {
    const text = notice?.text ?? `The comment cannot be kept: ${mistake ?? ''}.`;
    const quote = draft === '' ? undefined : draft;
    return problemPage(front, request, status, { text, quote, extras });
  }
  const path = `/posts/${id}`;
  const { frame, extras: own } = frameOf(front, request, reading, { path, notice });
  const { comments, more } = reading.answer;
  const nextId = optionalField(fields, 'id', nonceRule).value ?? newId();
  const model = { post, comments, page: 1, more, draft, nextId };
  const html = renderPost(frame, mistake === undefined ? model : { ...model, mistake });
  return pageAnswer(status, html, withMore(own, extras));
}

/** Ends one session, or, without its id, all of them. */
export const sentSessionEnd: Act = async (front, request, { fields, actor }) => {
  const { value: sessionId, isWrong } = optionalField(fields, 'sessionId', sessionIdRule);
  if (isWrong) return wrongField(front, request, 'sessionId');
  const outcome = await front.actions.endSessions(actor, sessionId);
  if (outcome.kind === 'refused') return refusedPage(front, request, outcome);
  const { cookies } = front;
  return sessionId === undefined
    ? redirectAnswer('/', { cookies: loggedOutCookies(front, outcome.index) })
    : redirectAnswer('/account', { cookies: [cookies.seen(outcome.index)] });
};

function notLoggedIn(front: Front, request: SiteRequest): Promise<Answer> {
  return problemPage(front, request, 401, { text: 'You are not logged in. Log in first.' });
}

function wrongField(front: Front, request: SiteRequest, name: string): Promise<Answer> {
  const text = `The field ${name} is missing, comes twice, or is not what this form sends.`;
  return problemPage(front, request, 400, { text });
}

function refusedPage(front: Front, request: SiteRequest, refusal: Refusal): Promise<Answer> {
  const { status, text } = refusal;
  return problemPage(front, request, status, { text, extras: extrasOf(refusal) });
}

function noticeOf({ text, earlier }: Refusal): Notice {
  if (earlier === undefined) return { kind: 'problem', text };
  const link = { href: `/posts/${earlier.id}`, text: earlier.title };
  return { kind: 'problem', text, link };
}

function extrasOf({ retryAfterSeconds }: Refusal): AnswerExtras {
  if (retryAfterSeconds === undefined) return {};
  return { headers: { 'Retry-After': String(retryAfterSeconds) } };
}
