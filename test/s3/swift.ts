/**
 * A real S3 service for tests: OpenStack Swift of Debian (swift-proxy and its three servers) with
 * its S3 API, which checks signatures, digests, regions and clocks. It is started in a folder of
 * its own, on the loopback address, and may be killed and started again.
 */
import { execa } from 'execa';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { must } from '../../src/base/assert.js';
import { hashOf } from '../../src/blocks/block-hash.js';
import { S3Client } from '../../src/s3/s3-client.js';
import { S3Credentials, type S3Keys } from '../../src/s3/s3-credentials.js';
import type { S3Place } from '../../src/s3/s3-place.js';
import { findClusterPorts } from '../e2e/support/cluster-ports.js';
import { eventually } from '../e2e/support/eventually.js';
import { makeTemporaryFolder } from '../io/temporary-folder.js';
import { projectRoot } from '../tidy/source-text.js';

/** Debian's, which has the packages of Debian; there may be others. */
const python = '/usr/bin/python3';
const program = join(projectRoot(), 'test/s3/swift-server.py');
const startMsMax = 30_000;

const hashOfNothing = hashOf(new Uint8Array());

export const bucket = 'blocks';

export const swiftKeys: S3Keys = {
  accessKeyId: 'surf:raft',
  secretAccessKey: 'not+a/secret=',
  sessionToken: undefined,
  region: 'us-east-1',
};

/** Undefined: Swift is there. Else why the tests that need it cannot run. */
export async function whySwiftIsMissing(): Promise<string | undefined> {
  try {
    const servers = ['proxy', 'account', 'container', 'obj'].map((name) => `swift.${name}.server`);
    await promisify(execFile)(python, ['-c', `import eventlet, ${servers.join(', ')}`]);
    return undefined;
  } catch {
    return 'no Swift here (Debian: swift-proxy swift-account swift-container swift-object)';
  }
}

export class Swift {
  readonly folder: string;
  readonly port: number;
  #stop: (() => Promise<void>) | undefined;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** Runs, with the bucket made. */
  static async start(): Promise<Swift> {
    const [port] = await findClusterPorts(1);
    const swift = new Swift(await makeTemporaryFolder(), must(port, 'a port'));
    await swift.run();
    const client = new S3Client({ place: swift.place('') });
    await client.put('', new Uint8Array(), hashOfNothing);
    client.close();
    return swift;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What a process needs in its environment. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ACCESS_KEY_ID: swiftKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: swiftKeys.secretAccessKey,
      AWS_REGION: swiftKeys.region,
    };
  }

  place(prefix: string, keys: Partial<S3Keys> = {}): S3Place {
    const credentials = new S3Credentials({ ...swiftKeys, ...keys });
    return { bucket, prefix, endpoint: new URL(this.endpoint), credentials };
  }

  /** Starts it again on the same port and with the same data. */
  async run(): Promise<void> {
    const { accessKeyId, secretAccessKey } = swiftKeys;
    const args = [program, this.folder, String(this.port), accessKeyId, secretAccessKey];
    const child = execa(python, args, { reject: false, stdin: 'ignore' });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    this.#stop = async () => {
      child.kill('SIGKILL');
      await child;
    };
    await eventually('Swift', startMsMax, () => {
      if (child.exitCode !== null) throw new Error(`Swift ended: ${output}`);
      return output.includes('ready') ? true : undefined;
    });
  }

  async kill(): Promise<void> {
    await this.#stop?.();
    this.#stop = undefined;
  }

  async destroy(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true });
  }
}
