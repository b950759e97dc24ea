/**
 * The operator of a simulated cluster whose members change: asks whoever leads to add and remove
 * servers, starts a process on an empty disk for each one that was added, and ends those of the
 * removed, at once or when they have disturbed the others for a while.
 */
import type { Configuration } from '../../src/raft/configuration.js';
import type { MemberChange } from '../../src/raft/effects.js';
import type { MemberOutcome } from '../../src/replica/member-calls.js';
import type { Outcome } from '../../src/replica/outcome.js';
import { describeMembers } from '../../src/raft/describe.js';
import type { SimRandom } from './sim-random.js';
import type { Life, SimServer } from './sim-server.js';
import { minorityOf, type SimWorld } from './sim-world.js';

/** More than the cluster began with, at most. */
const membersMax = 7;

export class MemberOperator {
  readonly #world: SimWorld;
  readonly #random: SimRandom;
  readonly #everyMs: { readonly min: number; readonly max: number };
  /** What was answered to be committed. */
  readonly answered: Configuration[] = [];
  #addresses = 0;
  #isOver = false;

  constructor(world: SimWorld, random: SimRandom) {
    this.#world = world;
    this.#random = random;
    this.#everyMs = { min: 10, max: random.pick([50, 150, 500]) };
  }

  start(): void {
    this.#schedule();
  }

  /** Begins no more changes. Those under way go on. */
  stop(): void {
    this.#isOver = true;
  }

  /** Every server that belongs to the cluster runs from now on, and every other has its days. */
  look(): void {
    const world = this.#world;
    const { members, nextId } = world.configuration;
    world.makeServers(nextId);
    for (const server of world.servers) {
      if (server.isRetired) continue;
      if (members.some(({ id }) => id === server.id)) this.#begin(server);
      else this.#retire(server);
    }
  }

  #schedule(): void {
    this.#world.clock.after(this.#random.between(this.#everyMs.min, this.#everyMs.max), () => {
      this.look();
      if (this.#isOver) return;
      this.#change();
      this.#schedule();
    });
  }

  #begin(server: SimServer): void {
    if (server.hasBegun) return;
    this.#world.note('life', `s${server.id}`, () => 'was added');
    server.start();
  }

  #retire(server: SimServer): void {
    if (!server.hasBegun) {
      server.retire();
      return;
    }
    // What was removed may go on for as long as nobody ends it.
    if (this.#random.chance(0.3)) server.retire();
  }

  #change(): void {
    const world = this.#world;
    const target = this.#random.chance(0.7) ? world.leader : this.#anyLeader();
    const life = target?.life;
    if (target === undefined || life === undefined || life.isStopping) return;
    const change = this.#draw(target);
    if (change === undefined) return;
    world.note('client', 'operator', () => `asks s${target.id} to ${describeChange(change)}`);
    life.process.post(() => {
      life.replica.changeMembers(change, (outcome) => {
        this.#hear(outcome);
      });
    });
    if (this.#random.chance(0.15)) this.#cutOff(target);
    else if (this.#random.chance(0.15)) this.#killSoon(target, life);
  }

  /** The others go on without what was appended just now, and take it back later. */
  #cutOff({ id }: SimServer): void {
    const { network, clock } = this.#world;
    this.#world.note('fault', `s${id}`, () => 'is cut off with a change of its own');
    network.part([id], 'both');
    clock.after(this.#random.between(300, 2_000), () => {
      network.heal();
    });
  }

  #killSoon(target: SimServer, life: Life): void {
    const world = this.#world;
    world.clock.after(this.#random.between(0, 5), () => {
      if (target.life === life) target.kill(this.#random.chance(0.5));
    });
    world.clock.after(this.#random.between(10, 1_000), () => {
      if (!target.isUp && !target.isRetired) target.start();
    });
  }

  /** Deposed ones, too, which do not know it yet; else anybody. */
  #anyLeader(): SimServer {
    const { present } = this.#world;
    const leaders = present.filter(({ life }) => life?.replica.isLeader() === true);
    return this.#random.pick(leaders.length > 0 ? leaders : present);
  }

  #draw(leader: SimServer): MemberChange | undefined {
    const random = this.#random;
    const { members } = this.#world.configuration;
    const wantsOneMore = members.length < 3 ? 0.8 : members.length < membersMax ? 0.5 : 0;
    if (random.chance(wantsOneMore)) {
      this.#addresses += 1;
      return { type: 'add', address: `added${this.#addresses}:9000` };
    }
    // A dead server is replaced; who leads may be removed like any other.
    const down = members.filter(({ id }) => this.#world.find(id)?.isUp !== true);
    const removable = random.chance(0.4) && down.length > 0 ? down : members;
    const server = random.chance(0.3) ? leader.id : random.pick(removable).id;
    return this.#canSpare(server) ? { type: 'remove', server } : undefined;
  }

  /**
   * Whether the others could make good for what some of them have forgotten, or will turn out to
   * have: of two voters none may (decision 23, limits).
   */
  #canSpare(id: number): boolean {
    const world = this.#world;
    const left = world.configuration.members.filter((member) => member.voter && member.id !== id);
    const forgetful = left.filter((member) => world.find(member.id)?.hasForgotten === true);
    return forgetful.length <= minorityOf(left.length);
  }

  #hear(outcome: Outcome<MemberOutcome>): void {
    this.#world.note('client', 'operator', () => `hears ${describeOutcome(outcome)}`);
    if (outcome.kind !== 'done' || outcome.value.kind !== 'changed') return;
    this.answered.push(outcome.value.configuration);
  }
}

function describeChange(change: MemberChange): string {
  return change.type === 'add' ? `add ${change.address}` : `remove ${change.server}`;
}

function describeOutcome(outcome: Outcome<MemberOutcome>): string {
  if (outcome.kind !== 'done') return outcome.kind;
  const { value } = outcome;
  return value.kind === 'changed' ? describeMembers(value.configuration) : value.reason;
}
