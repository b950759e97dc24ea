/** The image of a site: nothing but what a site would have made is taken in, wherever it is cut. */
import { expect } from 'chai';
import { StateImageError } from '../../src/base/state-machine.js';
import { SiteState } from '../../src/site/site-state.js';
import { imageOf, restoredSite } from './site-images.js';
import * as words from './site-words.js';

function smallSite(): SiteState {
  const site = new SiteState();
  for (const command of [
    ...[words.signUp(1), words.signUp(2), words.logIn(1, 3), words.logIn(1, 4)],
    ...[words.post(1, 1), words.post(2, 2), words.comment(2, 1, 1)],
    ...[words.like(1, 2), words.like(2, 2), words.like(2, 1), words.like(2, 1, false)],
    { type: 'logOut', tokenHash: words.tokenHash(4), timeMs: 300 },
  ] as const) {
    expect(site.apply(command).kind).to.be.oneOf(['done', 'liked']);
  }
  return site;
}

describe('the image of a site', () => {
  const image = imageOf(smallSite());

  it('may be cut anywhere', () => {
    for (let cutBytes = 1; cutBytes <= 70; cutBytes += 1) {
      expect(imageOf(restoredSite(image, cutBytes))).to.deep.equal(image);
    }
  });

  it('is refused when it is cut short, and the state is then what it was', () => {
    for (let length = 0; length < image.length; length += 1) {
      const site = smallSite();
      const restore = site.restore();
      restore.write(image.subarray(0, length));
      expect(() => {
        restore.verify();
      }).to.throw(StateImageError, 'cut short');
      expect(() => {
        restore.finish();
      }).to.throw(StateImageError);
      expect(imageOf(site)).to.deep.equal(image);
    }
  });

  it('gives back what stands behind it', () => {
    const restore = new SiteState().restore();
    const behind = Buffer.from('behind');
    expect(restore.write(image.subarray(0, 100))).to.have.length(0);
    const rest = restore.write(Buffer.concat([image.subarray(100), behind]));
    expect(Buffer.from(rest)).to.deep.equal(behind);
    expect(restore.write(behind)).to.deep.equal(behind);
  });

  it('is, with any bit changed, refused or exactly that of another state', () => {
    let refused = 0;
    for (let at = 0; at < image.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const damaged = Buffer.from(image);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
        try {
          expect(imageOf(restoredSite(damaged, 1_000)).equals(damaged)).to.equal(true);
        } catch (error) {
          if (!(error instanceof StateImageError)) throw error;
          refused += 1;
        }
      }
    }
    expect(refused).to.be.greaterThan(image.length);
  });

  it('is not that of a site that nothing was done to', () => {
    const site = new SiteState();
    expect(site.isNew).to.equal(true);
    expect(() => restoredSite(imageOf(site), 100)).to.throw(StateImageError, 'nothing was done');
    site.apply({ type: 'logOut', tokenHash: words.tokenHash(1), timeMs: 1 });
    expect(site.isNew).to.equal(false);
    expect(imageOf(restoredSite(imageOf(site), 100))).to.deep.equal(imageOf(site));
  });
});
