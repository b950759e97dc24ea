/** The storage contract on every implementation but the real disk, which `test/io` brings. */
import { MemoryStorage } from '../../src/storage/memory-storage.js';
import { openLogStorage } from '../../src/storage/open-log-storage.js';
import { FaultyDisk, randomFrom } from '../storage/faulty-disk.js';
import { openOptions, sampleIncarnation } from '../storage/storage-samples.js';
import { storageContract } from './storage-contract.js';

const nothingToDispose = () => Promise.resolve();

storageContract({
  name: 'the memory storage',
  remembers: false,
  makeHome: () =>
    Promise.resolve({
      open: () =>
        Promise.resolve({
          storage: new MemoryStorage(),
          recovered: MemoryStorage.recovered(sampleIncarnation),
        }),
      dispose: nothingToDispose,
    }),
});

storageContract({
  name: 'the log on a disk that loses power between two starts',
  remembers: true,
  makeHome: () => {
    let disk = new FaultyDisk(randomFrom(1));
    const open = () => {
      disk = disk.afterPowerCut();
      return openLogStorage({ ...openOptions(), disk });
    };
    return Promise.resolve({ open, dispose: nothingToDispose });
  },
});
