/** Where the servers of a cluster stand on a ring, and the ways between them, in units of a box. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface RingLayout {
  readonly width: number;
  readonly height: number;
  /** Of the circle that stands for a server. */
  readonly nodeRadius: number;
  /** By position in the list of servers. */
  readonly nodes: readonly Point[];
}

/** For a screen as wide as a desk, and for a phone: there, words would be too small to be read. */
const boxes = {
  wide: { width: 620, height: 540, radii: [52, 46, 34, 22] },
  narrow: { width: 400, height: 440, radii: [46, 38, 29, 16] },
} as const;

export type BoxName = keyof typeof boxes;

function radiusOf(count: number, [few, some, many, lots]: readonly number[]): number {
  return (count <= 3 ? few : count <= 6 ? some : count <= 9 ? many : lots) ?? 0;
}

/** The first server stands at the top, the others follow clockwise. */
export function ringLayout(count: number, box: BoxName = 'wide'): RingLayout {
  const { height, radii, width } = boxes[box];
  const nodeRadius = radiusOf(count, radii);
  const centre = { x: width / 2, y: height / 2 };
  // Room for a crown above, for two lines below, and for words that are wider than a circle.
  const radiusX = count === 1 ? 0 : width / 2 - nodeRadius - 24;
  const radiusY = count === 1 ? 0 : height / 2 - nodeRadius - 38;
  const nodes = Array.from({ length: count }, (_, position) => {
    const angle = (2 * Math.PI * position) / count - Math.PI / 2;
    return { x: centre.x + radiusX * Math.cos(angle), y: centre.y + radiusY * Math.sin(angle) };
  });
  return { width, height, nodeRadius, nodes };
}

/**
 * The way of a message from one circle's rim to another's. Each direction keeps to its right, so
 * that what comes and what goes do not meet.
 */
export function wayBetween(
  from: Point,
  to: Point,
  nodeRadius: number,
): { readonly start: Point; readonly end: Point } {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const aside = 7;
  const [ax, ay] = [-uy * aside, ux * aside];
  const rim = Math.min(nodeRadius + 4, length / 2);
  return {
    start: { x: from.x + ux * rim + ax, y: from.y + uy * rim + ay },
    end: { x: to.x - ux * rim + ax, y: to.y - uy * rim + ay },
  };
}

export function pointOnWay({ start, end }: ReturnType<typeof wayBetween>, part: number): Point {
  return { x: start.x + (end.x - start.x) * part, y: start.y + (end.y - start.y) * part };
}
