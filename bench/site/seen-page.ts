/** What a person reads off a page of the site, whether it comes as HTML or as JSON. */

export interface SeenPost {
  readonly id: string;
  readonly title: string;
  readonly likes: number;
  readonly liked: boolean;
  readonly by: string;
}

export interface SeenPage {
  /** Who is logged in; undefined where the page does not tell. */
  readonly user: string | undefined;
  readonly posts: readonly SeenPost[];
  /** Texts of the comments, oldest first. */
  readonly comments: readonly string[];
  readonly more: boolean;
  /** Hidden fields of the forms: `id` is that of a form for something new. */
  readonly csrf: string;
  readonly id: string;
  /** The page says that it may be old. */
  readonly mayBeOld: boolean;
}

const article = /<article class="post[^"]*" id="post-([^"]+)">([^]*?)<\/article>/g;
const said = /<div class="said" dir="auto">([^<]*)<\/div>/g;

/** Of pages whose titles and texts have nothing to escape. */
export function readHtml(text: string): SeenPage {
  const find = (pattern: RegExp, within = text): string => pattern.exec(within)?.[1] ?? '';
  const posts = [...text.matchAll(article)].map(([, id = '', content = '']): SeenPost => {
    return {
      ...{ id, title: find(/<a class="title"[^>]*>([^<]*)</, content) },
      likes: Number(find(/>(\d+) people like</, content)),
      liked: content.includes('action="/unlike"'),
      by: find(/href="\/users\/([^"]+)"/, content),
    };
  });
  return {
    ...{ posts, user: find(/<span id="username">([^<]*)<\/span>/) },
    comments: [...text.matchAll(said)].map(([, words = '']) => words),
    more: text.includes('rel="next"'),
    csrf: find(/name="csrf"\s+value="([^"]+)"/),
    id: find(/name="id"\s+value="([^"]+)"/),
    mayBeOld: text.includes('may be old'),
  };
}

interface JsonPage {
  readonly posts?: readonly SeenPost[];
  readonly post?: SeenPost;
  readonly comments?: readonly { readonly text: string }[];
  readonly more?: boolean;
}

/** Of a list, a post or a user. */
export function readJson(text: string): SeenPage {
  const { posts = [], post, comments = [], more = false } = JSON.parse(text) as JsonPage;
  return {
    posts: post === undefined ? posts : [post],
    comments: comments.map((comment) => comment.text),
    ...{ user: undefined, more, csrf: '', id: '', mayBeOld: false },
  };
}
