/**
 * Keeps what is being typed until it is posted: a reload, a way back, a server that cannot answer
 * cost nothing. A draft stays in this tab, belongs to one user, and ends when they log out.
 *
 * The server answers a post that it has kept with a redirection, and nothing else that a form is
 * sent to in this way. So the first page after a sent form tells: reached by a redirection, the
 * draft is posted; otherwise it is not, or nobody knows. In that case the form's `id` is kept with
 * the draft, by which the server knows a post that it has already.
 */

const prefix = 'draft:';
const sentKey = 'draft-sent';

/** Values of the form's fields by their names. */
type Draft = Readonly<Record<string, string>>;

export function keepDrafts(): void {
  settleSentDraft();
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-draft]')) keep(form);
  for (const form of document.querySelectorAll('form[data-ends-session]')) {
    form.addEventListener('submit', forgetAll);
  }
  addEventListener('pageshow', (event) => {
    if (event.persisted) remove(sentKey);
  });
}

function keep(form: HTMLFormElement): void {
  const key = draftKey(form);
  restore(form, read(key));
  form.addEventListener('input', () => write(key, typedIn(form)));
  form.addEventListener('submit', () => {
    write(key, { ...typedIn(form), id: hiddenId(form)?.value ?? '' });
    write(sentKey, { key });
  });
}

/** Only into a form that is empty: what the server wrote back is newer. */
function restore(form: HTMLFormElement, draft: Draft | undefined): void {
  const fields = typedFields(form);
  if (draft === undefined || fields.some(({ value }) => value !== '')) return;
  for (const field of fields) field.value = draft[field.name] ?? '';
  const id = hiddenId(form);
  if (id !== undefined && draft['id'] !== undefined && draft['id'] !== '') id.value = draft['id'];
}

function settleSentDraft(): void {
  const sent = read(sentKey);
  if (sent === undefined) return;
  remove(sentKey);
  const [navigation] = performance.getEntriesByType('navigation');
  const redirected =
    navigation instanceof PerformanceNavigationTiming && navigation.redirectCount > 0;
  if (redirected) remove(sent['key'] ?? '');
}

function draftKey(form: HTMLFormElement): string {
  const user = document.getElementById('username')?.textContent ?? '';
  return `${prefix}${user}:${form.dataset['draft'] ?? ''}`;
}

function typedFields(form: HTMLFormElement): readonly (HTMLInputElement | HTMLTextAreaElement)[] {
  return [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('[data-typed]')];
}

function typedIn(form: HTMLFormElement): Draft {
  return Object.fromEntries(typedFields(form).map(({ name, value }) => [name, value]));
}

function hiddenId(form: HTMLFormElement): HTMLInputElement | undefined {
  return form.querySelector<HTMLInputElement>('input[type="hidden"][name="id"]') ?? undefined;
}

function forgetAll(): void {
  attempt(() => {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(prefix)) sessionStorage.removeItem(key);
    }
  });
}

function read(key: string): Draft | undefined {
  const text = attempt(() => sessionStorage.getItem(key));
  return typeof text === 'string' ? attempt(() => JSON.parse(text) as Draft) : undefined;
}

function write(key: string, draft: Draft): void {
  attempt(() => sessionStorage.setItem(key, JSON.stringify(draft)));
}

function remove(key: string): void {
  attempt(() => sessionStorage.removeItem(key));
}

/** A browser may have no storage for us, or none left: then nothing is kept, and nothing breaks. */
function attempt<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
