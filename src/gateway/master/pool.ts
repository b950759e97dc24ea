/**
 * All workers of the master: whose turn it is, who looks after them, and how one set of workers is
 * changed for another without a lost request.
 */
import type { Attendant } from './attendant.js';
import type { Member } from './member.js';
import { Rotation } from './rotation.js';

/** One worker as the configuration wants it. */
export interface WorkerPlan {
  /** `host:port`. */
  readonly address: string;
  /** Everything that makes two plans the same: a worker whose plan has not changed stays. */
  readonly identity: string;
  readonly engage: () => Attendant;
}

interface Engaged {
  readonly plan: WorkerPlan;
  readonly attendant: Attendant;
}

/** How long a worker that goes may take for what it has. */
const drainMsMax = 5_000;

export class Pool {
  readonly #rotation = new Rotation<Member>();
  #engaged: readonly Engaged[] = [];
  /** While a worker is replaced on purpose: requests wait for it if there is no other one. */
  #replacing: Promise<void> | undefined;
  #changing: Promise<void> = Promise.resolve();
  #isStopped = false;

  get members(): readonly Member[] {
    return this.#rotation.members;
  }

  get isAnyHealthy(): boolean {
    return this.members.some(({ isHealthy }) => isHealthy);
  }

  /** The worker whose turn it is; undefined when no healthy one is left that was not tried. */
  async choose(tried: ReadonlySet<Member>): Promise<Member | undefined> {
    const member = this.#rotation.take(tried);
    if (member !== undefined || this.#replacing === undefined) return member;
    await this.#replacing;
    return this.#rotation.take(tried);
  }

  /** A request has failed on it. */
  doubt(member: Member): void {
    member.doubt();
    this.#engaged.find(({ attendant }) => attendant.member === member)?.attendant.askNow();
  }

  /** Resolves once every new worker is healthy or has failed, and those not wanted are gone. */
  change(plans: readonly WorkerPlan[]): Promise<void> {
    this.#changing = this.#changing.then(() => this.#change(plans));
    return this.#changing;
  }

  /** Ends all workers. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#engaged.map(({ attendant }) => attendant.stop()));
  }

  async #change(plans: readonly WorkerPlan[]): Promise<void> {
    const before = this.#engaged;
    const isWanted = ({ plan }: Engaged): boolean =>
      plans.some(({ identity }) => identity === plan.identity);
    const added = plans
      .filter(({ address }) => !before.some(({ plan }) => plan.address === address))
      .map((plan): Engaged => ({ plan, attendant: plan.engage() }));
    this.#engage([...before, ...added], plans);
    await Promise.all(added.map(({ attendant }) => attendant.settled));
    for (const old of before) {
      const plan = plans.find(({ address }) => address === old.plan.address);
      if (plan !== undefined && !isWanted(old)) await this.#replace(old, plan, plans);
    }
    const unwanted = this.#engaged.filter((engaged) => !isWanted(engaged));
    this.#engage(this.#engaged.filter(isWanted), plans);
    await Promise.all(unwanted.map((engaged) => this.#dismiss(engaged)));
  }

  /** One after the other: the address is free only when the old worker is gone. */
  async #replace(old: Engaged, plan: WorkerPlan, plans: readonly WorkerPlan[]): Promise<void> {
    if (this.#isStopped) return;
    const replace = async (): Promise<void> => {
      await this.#dismiss(old);
      if (this.#isStopped) return;
      const attendant = plan.engage();
      const others = this.#engaged.filter((engaged) => engaged !== old);
      this.#engage([...others, { plan, attendant }], plans);
      await attendant.settled;
    };
    this.#replacing = replace();
    await this.#replacing;
    this.#replacing = undefined;
  }

  async #dismiss({ attendant }: Engaged): Promise<void> {
    attendant.member.step({ kind: 'drain' });
    await attendant.member.idle(drainMsMax);
    await attendant.stop();
  }

  /** In the order of the plans; what is in none of them comes last. */
  #engage(engaged: readonly Engaged[], plans: readonly WorkerPlan[]): void {
    const placeOf = ({ plan }: Engaged): number => {
      const place = plans.findIndex(({ address }) => address === plan.address);
      return place < 0 ? plans.length : place;
    };
    this.#engaged = [...engaged].sort((a, b) => placeOf(a) - placeOf(b));
    this.#rotation.replace(this.#engaged.map(({ attendant }) => attendant.member));
  }
}
