/** Which servers answer at all, for whoever got no answer from their cluster and is to hear why. */
import type { ClusterClient } from '../client/cluster-client.js';
import { describeServer } from '../client/describe-server.js';

export interface ServerSurvey {
  readonly answered: number;
  /** Why one of them did not, where that is known. */
  readonly reason: string | undefined;
}

const surveyMs = 1_000;

export async function surveyServers(
  client: Pick<ClusterClient, 'call' | 'servers'>,
): Promise<ServerSurvey> {
  const signal = AbortSignal.timeout(surveyMs);
  const answers = await Promise.all(
    client.servers.map(async (server) => {
      return { server, answer: await client.call(server, 'ping', [], signal) };
    }),
  );
  const failed = answers.filter(({ answer }) => answer.kind === 'failed');
  const [first] = failed;
  const answered = answers.filter(({ answer: { kind } }) => kind === 'value' || kind === 'fault');
  const reason =
    first?.answer.kind === 'failed'
      ? `${describeServer(first.server)}: ${first.answer.reason}`
      : undefined;
  return { answered: answered.length, reason };
}
