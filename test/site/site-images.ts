/** Images of a site, taken and restored. */
import { StateImageError } from '../../src/base/state-machine.js';
import { SiteState } from '../../src/site/site-state.js';

export function imageOf(site: SiteState): Buffer {
  const snapshot = site.snapshot();
  const parts: Uint8Array[] = [];
  for (let part = snapshot.next(10_000); part !== undefined; part = snapshot.next(10_000)) {
    parts.push(part);
  }
  snapshot.close();
  return Buffer.concat(parts);
}

/** A new site with this image, which is written in pieces of so many bytes. */
export function restoredSite(image: Uint8Array, cutBytes: number): SiteState {
  const site = new SiteState();
  const restore = site.restore();
  for (let at = 0; at < image.length; at += cutBytes) {
    const behind = restore.write(image.subarray(at, at + cutBytes));
    if (behind.length > 0) throw new StateImageError('bytes behind its end');
  }
  restore.verify();
  restore.finish();
  return site;
}
