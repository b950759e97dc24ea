/**
 * `surfraft block`: a stand-alone block store, a service of one process. It keeps and checks bytes;
 * copying and repair are done by the cluster that names it.
 */
import type { CommandModule } from 'yargs';
import { runBlockStore } from '../block-process.js';
import { readProgramVersion } from '../program-version.js';
import { readServiceOptions, serviceOptions, type ServiceArguments } from '../service-options.js';
import { listenForStop } from '../stop-request.js';

export const blockCommand: CommandModule<object, ServiceArguments> = {
  command: 'block',
  describe: 'Run a stand-alone block store',
  builder: (parser) => parser.options(serviceOptions),
  handler: async (given) => {
    const exitCode = await runBlockStore({
      ...(await readServiceOptions('block', given)),
      version: readProgramVersion(),
      stopRequested: listenForStop(),
    });
    // A disk that hangs must not keep the process.
    process.exit(exitCode);
  },
};
