/**
 * Proactive content negotiation (RFC 9110, section 12): which of what can be sent a client wants.
 */

/** `br` before `gzip` where a client likes both as much. */
const codings = ['br', 'gzip'] as const;
export type Coding = (typeof codings)[number];

/** Elements of a header that are looked at; nobody has a use for more. */
const elementsMax = 64;

interface Preference {
  readonly name: string;
  /** From 0, not acceptable, to 1. */
  readonly quality: number;
}

/**
 * The codings that the client takes and prefers to none at all, best first (section 12.5.3). `*`
 * stands for those that are not named.
 */
export function acceptedCodings(acceptEncoding: string | undefined): readonly Coding[] {
  const preferences = parsePreferences(acceptEncoding);
  const qualityOf = (name: string): number | undefined =>
    preferences.find((preference) => preference.name === name)?.quality;
  const others = qualityOf('*') ?? 0;
  const identity = qualityOf('identity') ?? 0;
  const qualities = codings.map((coding) => ({
    coding,
    quality: qualityOf(coding) ?? (coding === 'gzip' ? qualityOf('x-gzip') : undefined) ?? others,
  }));
  return qualities
    .filter(({ quality }) => quality > 0 && quality >= identity)
    .sort((a, b) => b.quality - a.quality)
    .map(({ coding }) => coding);
}

/** The one of `types` that the client likes best, or the first (section 12.5.1). */
export function preferredType<Type extends string>(
  accept: string | undefined,
  types: readonly [Type, ...Type[]],
): Type {
  const preferences = parsePreferences(accept);
  let best = types[0];
  let bestQuality = 0;
  for (const type of types) {
    const quality = qualityOfType(preferences, type);
    if (quality > bestQuality) {
      best = type;
      bestQuality = quality;
    }
  }
  return best;
}

/** The most specific range that fits decides. */
function qualityOfType(preferences: readonly Preference[], type: string): number {
  const [main = ''] = type.split('/');
  for (const range of [type, `${main}/*`, '*/*']) {
    const found = preferences.find(({ name }) => name === range);
    if (found !== undefined) return found.quality;
  }
  return 0;
}

/** Names in lower case, parameters other than `q` left out. A bad `q` counts as 0. */
function parsePreferences(header: string | undefined): readonly Preference[] {
  if (header === undefined) return [];
  return header
    .split(',', elementsMax)
    .map((element) => {
      const [name = '', ...parameters] = element.split(';').map((text) => text.trim());
      const weight = parameters.map((text) => /^q=(.*)$/i.exec(text)?.[1]).find(isDefined);
      return { name: name.toLowerCase(), quality: weight === undefined ? 1 : toQuality(weight) };
    })
    .filter(({ name }) => name !== '');
}

function isDefined(text: string | undefined): text is string {
  return text !== undefined;
}

function toQuality(weight: string): number {
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0;
}
