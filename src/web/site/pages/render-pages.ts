/** The pages of the site as complete HTML documents: the front hands in what is to be seen. */
import type {
  AccountPage,
  CredentialsPage,
  Frame,
  PostListPage,
  PostPage,
  ProblemPage,
  SubmitPage,
  UserPage,
} from '../page-models.js';
import { accountContent } from './account-page.js';
import { credentialsContent, credentialsWords } from './credentials-page.js';
import { renderDocument } from './document.js';
import { listAlternates, listContent, orderWords } from './post-list.js';
import { postContent } from './post-page.js';
import { problemContent } from './problem-page.js';
import { submitContent } from './submit-page.js';
import { userContent } from './user-page.js';

/** The `Content-Security-Policy` that every page is made for, and is to be sent with. */
export const contentPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function renderPostList(frame: Frame, model: PostListPage): string {
  const { order } = model;
  const title = titleOfPage(orderWords[order].name, model.page);
  const [head, content] = [listAlternates(model), listContent(frame, model)];
  return renderDocument(frame, { title, list: order, head, content });
}

export function renderPost(frame: Frame, model: PostPage): string {
  const title = titleOfPage(model.post.title, model.page);
  return renderDocument(frame, { title, content: postContent(frame, model) });
}

export function renderUser(frame: Frame, model: UserPage): string {
  const title = titleOfPage(model.user.name, model.page);
  return renderDocument(frame, { title, content: userContent(frame, model) });
}

export function renderAccount(frame: Frame, model: AccountPage): string {
  return renderDocument(frame, { title: 'Your sessions', content: accountContent(frame, model) });
}

export function renderCredentials(frame: Frame, model: CredentialsPage): string {
  const title = credentialsWords[model.kind].name;
  return renderDocument(frame, { title, content: credentialsContent(frame, model) });
}

export function renderSubmit(frame: Frame, model: SubmitPage): string {
  return renderDocument(frame, { title: 'Post new Link', content: submitContent(frame, model) });
}

export function renderProblem(frame: Frame, model: ProblemPage): string {
  return renderDocument(frame, { title: model.title, content: problemContent(model) });
}

function titleOfPage(title: string, page: number): string {
  return page > 1 ? `${title}, page ${page}` : title;
}
