/**
 * Likes without a new page: the form's button asks the JSON interface, and the page is mended in
 * place. Whatever goes wrong, the form is sent as if there were no script, and the server's page
 * says what is the matter. A like twice is a like once, so that sending it again is safe.
 */

/** More than a write may take at the server (8 s). */
const answerMsMax = 12_000;

interface Likes {
  readonly likes: number;
  readonly liked: boolean;
}

export function likeInPlace(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset['like'] === undefined) return;
    event.preventDefault();
    if (form.getAttribute('aria-busy') === 'true') return;
    void change(form, form.dataset['like']);
  });
}

async function change(form: HTMLFormElement, postId: string): Promise<void> {
  const wanted = !form.action.endsWith('/unlike');
  form.setAttribute('aria-busy', 'true');
  try {
    show(form, await ask(postId, wanted));
  } catch {
    form.submit();
    return;
  }
  form.removeAttribute('aria-busy');
}

async function ask(postId: string, wanted: boolean): Promise<Likes> {
  const response = await fetch(`/api/posts/${encodeURIComponent(postId)}/like`, {
    method: wanted ? 'PUT' : 'DELETE',
    headers: { 'Content-Type': 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(answerMsMax),
  });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const answer = (await response.json()) as Partial<Likes>;
  const { likes, liked } = answer;
  if (typeof likes !== 'number' || typeof liked !== 'boolean') throw new Error('no likes answered');
  return { likes, liked };
}

function show(form: HTMLFormElement, { likes, liked }: Likes): void {
  const words = `${likes} people like`;
  const count = document.getElementById(`likes-${form.dataset['like'] ?? ''}`);
  if (count !== null) count.textContent = words;
  form.setAttribute('action', liked ? '/unlike' : '/like');
  const verb = form.querySelector('.verb');
  if (verb !== null) verb.textContent = liked ? 'Unlike' : 'Like';
  const title = form.querySelector('.unseen')?.textContent ?? '';
  const spoken = document.getElementById('spoken');
  if (spoken !== null) {
    spoken.textContent = `${liked ? 'You like' : 'You no longer like'} ${title}: ${words}`;
  }
}
