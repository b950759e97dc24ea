/**
 * A browser without a screen: keeps cookies, follows redirects when it is told to, and fills in the
 * forms of the page that it looks at, hidden fields included.
 */
import { must } from '../../../src/base/assert.js';

export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export type FormFields = Readonly<Record<string, string>>;

const fetchMsMax = 20_000;

export class Browser {
  readonly cookies = new Map<string, string>();
  /** All `Set-Cookie` that ever came. */
  readonly setCookies: string[] = [];
  #origin: string;

  constructor(port: number) {
    this.#origin = `http://127.0.0.1:${port}`;
  }

  /** Goes on at another front, with the same cookies. */
  moveTo(port: number): void {
    this.#origin = `http://127.0.0.1:${port}`;
  }

  async ask(path: string, init: RequestInit = {}): Promise<Page> {
    const headers = new Headers(init.headers);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '' && !headers.has('cookie')) headers.set('cookie', cookie);
    const response = await fetch(`${this.#origin}${path}`, {
      ...init,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(fetchMsMax),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  get(path: string): Promise<Page> {
    return this.ask(path);
  }

  /** As forms are sent, with nothing added. */
  send(path: string, fields: FormFields): Promise<Page> {
    return this.sendBody(path, new URLSearchParams(fields).toString());
  }

  sendBody(path: string, body: string): Promise<Page> {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    return this.ask(path, { method: 'POST', body, headers });
  }

  /** Loads the page and sends its form to `action` with these fields and its hidden ones. */
  async fillIn(page: string, action: string, fields: FormFields): Promise<Page> {
    const { text } = await this.get(page);
    return this.send(action, { ...hiddenFields(text, action), ...fields });
  }

  /** The proof that the forms of a page carry. */
  async csrf(page = '/login'): Promise<string> {
    const { text } = await this.get(page);
    return must(/name="csrf"\s+value="([^"]+)"/.exec(text)?.[1], 'a form on the page');
  }

  async signUp(username: string, password = 'a password'): Promise<Page> {
    return this.fillIn('/signup', '/signup', { username, password });
  }

  async logIn(username: string, password = 'a password'): Promise<Page> {
    return this.fillIn('/login', '/login', { username, password });
  }

  post(title: string, link: string): Promise<Page> {
    return this.fillIn('/post', '/post', { title, link });
  }

  json(method: string, path: string, value?: unknown): Promise<Page> {
    const headers = { 'Content-Type': 'application/json' };
    const body = value === undefined ? null : JSON.stringify(value);
    return this.ask(path, { method, headers, body });
  }

  /** Who is logged in, as the page says. */
  async user(): Promise<string | undefined> {
    const { text } = await this.get('/');
    return /<span id="username">([^<]*)<\/span>/.exec(text)?.[1];
  }

  #keep(line: string): void {
    this.setCookies.push(line);
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/; Max-Age=0/.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** Those of the form that is sent to `action`. */
export function hiddenFields(html: string, action: string): FormFields {
  const forms = [...html.matchAll(/<form[^>]*action="([^"]*)"[^>]*>([^]*?)<\/form>/g)];
  const [, , form = ''] = must(
    forms.find(([, to]) => to === action),
    () => `a form that is sent to ${action}`,
  );
  const hidden = [...form.matchAll(/<input\s+type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"/g)];
  return Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
}
