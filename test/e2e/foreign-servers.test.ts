/**
 * Two clusters whose configurations name the same address, by mistake or because one of them used
 * to have a server there: neither takes the other's servers for its own.
 */
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { eventually } from './support/eventually.js';
import { useClusters } from './support/use-clusters.js';

describe('a server at an address that another cluster calls', () => {
  const clusters = useClusters();

  for (const sharedId of [0, 1, 2]) {
    it(`leads and follows in its own cluster only, as server ${sharedId} there`, async () => {
      const [old, fresh] = [await clusters.create(3), await clusters.create(3)];
      const address = (id: number): string =>
        `localhost:${(id === sharedId ? fresh : old).server(id).port}`;
      const lines = [0, 1, 2].map((id) => `metadata${id}: ${address(id)}\n`);
      await writeFile(old.configPath, `M: 3\n${lines.join('')}`);
      const others = [0, 1, 2].filter((id) => id !== sharedId);
      await Promise.all(others.map((id) => old.server(id).start()));
      const { serverId, term } = await old.leaderAmong(others);
      expect(await old.value(serverId, 'updatefile', 'old', 1, ['a'])).to.equal(true);

      await fresh.startAll();
      await eventually('what the old cluster is told of the new server', 5_000, () => {
        const told = /server \d does not answer: fault 6: unauthorised: .*another cluster/;
        return Promise.resolve(told.exec(old.server(serverId).logTail(40)) ?? undefined);
      });
      const leader = await fresh.leader();
      const updated = await fresh.value(leader.serverId, 'updatefile', 'new', 1, ['b']);
      expect(updated).to.equal(true);

      expect(await old.leaderAmong(others)).to.include({ serverId, term });
      expect(await old.value(serverId, 'updatefile', 'old', 2, ['c'])).to.equal(true);
      expect(await old.value(serverId, 'getfileinfomap')).to.deep.equal(
        new Map([['old', [2, ['c']]]]),
      );
      expect(await fresh.value(leader.serverId, 'getfileinfomap')).to.deep.equal(
        new Map([['new', [1, ['b']]]]),
      );
    });
  }
});
