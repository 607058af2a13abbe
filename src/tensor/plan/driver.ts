/**
 * How one worker takes part in a step of a plan: phases one after the other, shards by claim, barriers between.
 *
 * The function is self-contained, imports nothing and closes over nothing, because its text also runs in workers.
 */

/** What a driver knows of a plan. */
export interface DriverPlan {
  readonly phases: number;
  /** Rows of a batch. */
  readonly batch: number;
  readonly shardRows: number;
  /** Whether no row depends on others, so that a step may have fewer rows than the batch and who comes late is not waited for. */
  readonly rowWise: boolean;
  /** Whether whole nodes are computed between the last phase and the update. */
  readonly beforeUpdate: boolean;
  readonly workers: number;
  /** Milliseconds to wait for the others at a barrier before giving up. */
  readonly patience: number;
}

/** Exports of a plan's module by name. */
export type PlanExports = Readonly<Record<string, (...parameters: number[]) => void>>;

/** One worker's part of a step; throws where another worker failed. */
export type Driver = () => void;

/**
 * Make the driver of a worker.
 *
 * @param control the words at the start of the memory: 0 step, 1 arrivals, 2 barriers passed, 3 failures, 4 end, 5 workers that are
 * ready, 6 rows of the step, 7 claims and 8 shards that are done where rows depend on no others, 16 + p shards claimed in phase p
 * @param area address of the worker's area
 * @param canSleep false where `Atomics.wait` is not allowed (the main thread of a browser)
 */
export function planDriver(
  exports: PlanExports,
  control: Int32Array,
  plan: DriverPlan,
  index: number,
  area: number,
  canSleep: boolean,
): Driver {
  const { workers, shardRows, patience } = plan;
  /** Wait until a control word has changed as wished: spinning for a moment, then asleep. */
  const waitUntil = (word: number, isDone: (value: number) => boolean): void => {
    let spins = 0;
    let since = 0;
    for (;;) {
      const value = Atomics.load(control, word);
      if (isDone(value)) return;
      spins += 1;
      if (spins < 20000) continue;
      if (Atomics.load(control, 3) !== 0) throw new Error('Another worker of the plan failed.');
      const now = Date.now();
      if (since === 0) since = now;
      else if (now - since > patience) {
        Atomics.store(control, 3, 1);
        throw new Error(`A worker of the plan did not answer within ${patience / 1000} s.`);
      }
      if (canSleep) Atomics.wait(control, word, value, 20);
      else spins = 10000;
    }
  };
  const barrier = (): void => {
    if (workers === 1) return;
    const passed = Atomics.load(control, 2);
    if (Atomics.add(control, 1, 1) === workers - 1) {
      Atomics.store(control, 1, 0);
      Atomics.add(control, 2, 1);
      Atomics.notify(control, 2);
      return;
    }
    waitUntil(2, (value) => value !== passed);
    if (Atomics.load(control, 3) !== 0) throw new Error('Another worker of the plan failed.');
  };
  /** The step whose whole nodes this worker has computed. */
  let prepared = -1;
  /**
   * Claim shards one by one until none is left. Word 7 has the number of the step, how many shards it has and how many
   * are claimed, so that who comes late cannot take one step's shard for another's.
   */
  const share = (): void => {
    for (;;) {
      const claims = Atomics.load(control, 7);
      const shard = claims & 255;
      const shards = (claims >> 8) & 255;
      if (shard >= shards) return;
      if (Atomics.compareExchange(control, 7, claims, claims + 1) !== claims) continue;
      if (prepared !== claims >> 16) {
        exports['before0']!(area);
        prepared = claims >> 16;
      }
      exports['phase0']!(area, shard);
      if (Atomics.add(control, 8, 1) === shards - 1) Atomics.notify(control, 8);
    }
  };
  if (plan.rowWise && workers > 1)
    return () => {
      share();
      if (index > 0) return;
      const shards = (Atomics.load(control, 7) >> 8) & 255;
      waitUntil(8, (through) => through === shards);
    };
  return () => {
    const shards = Math.ceil(control[6]! / shardRows);
    for (let phase = 0; phase < plan.phases; phase += 1) {
      exports[`before${phase}`]!(area);
      const run = exports[`phase${phase}`]!;
      if (workers === 1) for (let shard = 0; shard < shards; shard += 1) run(area, shard);
      else
        for (;;) {
          const shard = Atomics.add(control, 16 + phase, 1);
          if (shard >= shards) break;
          run(area, shard);
        }
      barrier();
    }
    if (plan.beforeUpdate) {
      exports['beforeUpdate']!(area);
      barrier();
    }
    exports['update']!(area, index, workers);
    barrier();
  };
}
