/** Both generators against a server of the test: what they ask and what they take for right. */
import { expect } from 'chai';
import { chooseGenerator } from '../../bench/installed.js';
import { closedLoop } from '../../bench/load/closed-loop.js';
import { drive } from '../../bench/load/drive.js';
import type { Generator } from '../../bench/load/generator.js';
import { renderCall, type LoadPlan } from '../../bench/load/load-plan.js';
import { putPlan } from '../../bench/systems/etcd-calls.js';
import { findCommand, Processes } from '../../bench/systems/processes.js';
import {
  fixedPlan,
  trueAnswer,
  updateCall,
  updatePlan,
} from '../../bench/systems/surfraft-calls.js';
import { EchoListener } from './echo-listener.js';

const yes = '<boolean>1</boolean>';
const processes = new Processes(() => undefined);
const generators: readonly (readonly [string, () => Generator])[] = [
  ['the own generator', () => closedLoop],
  ['wrk', () => chooseGenerator(processes)],
];

const bodyOf = (call: string): string => call.slice(call.indexOf('\r\n\r\n') + 4);

async function rejection(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'nothing was wrong',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

describe('bench: the choice of a generator', () => {
  it('falls on wrk where it is installed', () => {
    const isInstalled = findCommand('wrk') !== undefined;
    expect(chooseGenerator(processes).isThisProcess).to.equal(!isInstalled);
    expect(findCommand('no-such-command')).to.equal(undefined);
  });
});

for (const [name, make] of generators) {
  describe(`bench: ${name}`, () => {
    let server: EchoListener | undefined;

    before(function () {
      if (name === 'wrk' && findCommand('wrk') === undefined) this.skip();
    });

    afterEach(async () => {
      await server?.stop();
      server = undefined;
    });

    async function ask(plan: (server: EchoListener) => LoadPlan, answer: string) {
      const listener = await EchoListener.start(() => answer);
      server = listener;
      const figures = await make().run(plan(listener), 4, 1);
      return { figures, bodies: listener.bodies };
    }

    for (const isScattered of [false, true]) {
      it(`asks each serial of a plan once (scattered: ${isScattered})`, async () => {
        const names = { run: 3, isScattered };
        const plans = [
          (at: EchoListener) => updatePlan(at.endpoint, names, ['h']),
          (at: EchoListener) => ({ ...putPlan(at.endpoint, names, 'v'), answer: trueAnswer }),
        ];
        for (const planOf of plans) {
          const { figures, bodies } = await ask(planOf, yes);
          const plan = planOf(server ?? expect.fail('the server runs'));
          const count = bodies.length;
          // wrk draws one call to look at, which it never sends.
          const expected = Array.from({ length: count + 2 }, (_, at) => renderCall(plan, at + 1));
          const known = new Set(expected.map(bodyOf));
          expect(new Set(bodies)).to.have.property('size', count);
          expect(bodies.filter((body) => !known.has(body))).to.deep.equal([]);
          expect(figures.answered).to.be.within(count - 4, count);
          expect(figures.callsPerSecond).to.be.above(0);
          expect(figures.p99Ms).to.be.at.least(figures.p50Ms);
          await server?.stop();
        }
        server = undefined;
      });
    }

    it('rejects when an answer is wrong', async () => {
      const plan = (at: EchoListener) =>
        updatePlan(at.endpoint, { run: 1, isScattered: false }, []);
      expect(await rejection(ask(plan, '<boolean>0</boolean>'))).to.match(/wrong answer/);
    });

    it('rejects when an answer has another length than all must have', async () => {
      const plan = (at: EchoListener) =>
        fixedPlan(at.endpoint, updateCall('a', 1, []), { contains: yes, bodyBytes: yes.length });
      const { bodies } = await ask(plan, yes);
      expect(new Set(bodies)).to.have.property('size', 1);
      await server?.stop();
      expect(await rejection(ask(plan, `${yes} `))).to.match(/wrong answer/);
    });

    it('rejects when nobody listens', async () => {
      const listener = await EchoListener.start(() => yes);
      const plan = updatePlan(listener.endpoint, { run: 1, isScattered: false }, []);
      await listener.stop();
      expect(await rejection(make().run(plan, 1, 1))).not.to.equal('nothing was wrong');
    });
  });
}

describe('bench: calls that prepare a run', () => {
  it('are made until each client has none left, and every answer is checked', async () => {
    const server = await EchoListener.start((body) => (body === 'bad' ? 'no' : 'yes'));
    try {
      const queues = [['a', 'b'], ['c']];
      const prepare = (): Promise<void> =>
        drive({
          endpoint: server.endpoint,
          clients: 2,
          next: (client) => {
            const body = queues[client]?.shift();
            if (body === undefined) return undefined;
            return Buffer.from(
              `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
            );
          },
          isRight: ({ body }) => body === 'yes',
        });
      await prepare();
      expect([...server.bodies].sort()).to.deep.equal(['a', 'b', 'c']);
      queues[1] = ['bad', 'never'];
      expect(await rejection(prepare())).to.equal('wrong answer: 200 no');
      expect(server.bodies).not.to.include('never');
    } finally {
      await server.stop();
    }
  });
});
