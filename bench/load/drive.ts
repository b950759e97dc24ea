/**
 * Calls that prepare a run and are not measured: so many, or for so long, by many connections at
 * once, each answer checked.
 */
import { HttpConnection, type HttpAnswer } from '../http-connection.js';
import type { Endpoint } from './load-plan.js';

export interface Drive {
  readonly endpoint: Endpoint;
  readonly clients: number;
  /** The next call of a client; undefined when it has none left. */
  readonly next: (client: number) => Buffer | undefined;
  readonly isRight: (answer: HttpAnswer) => boolean;
}

export async function drive({ endpoint, clients, next, isRight }: Drive): Promise<void> {
  const { host, port } = endpoint;
  const connections = await Promise.all(
    Array.from({ length: clients }, () => HttpConnection.open(host, port)),
  );
  const runClient = async (connection: HttpConnection, client: number): Promise<void> => {
    for (let request = next(client); request !== undefined; request = next(client)) {
      const answer = await connection.call(request);
      if (!isRight(answer)) {
        throw new Error(`wrong answer: ${answer.status} ${answer.body.slice(0, 300)}`);
      }
    }
  };
  try {
    await Promise.all(connections.map(runClient));
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** One call on a connection of its own. */
export async function callOnce(endpoint: Endpoint, request: Buffer): Promise<HttpAnswer> {
  const connection = await HttpConnection.open(endpoint.host, endpoint.port);
  try {
    return await connection.call(request);
  } finally {
    connection.close();
  }
}
