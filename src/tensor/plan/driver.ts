/**
 * How one worker takes part in a step of a plan: phases one after the other, shards by claim, barriers between.
 *
 * The function is self-contained, imports nothing and closes over nothing, because its text also runs in workers.
 */

/** What a driver knows of a plan. */
export interface DriverPlan {
  readonly phases: number;
  /** Shards of a batch. */
  readonly shards: number;
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
 * @param control the words at the start of the memory: 0 step, 1 arrivals, 2 barriers passed, 3 failures, 4 end, 16 + p
 * shards claimed in phase p
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
  const { workers, shards, patience } = plan;
  const barrier = (): void => {
    if (workers === 1) return;
    const passed = Atomics.load(control, 2);
    if (Atomics.add(control, 1, 1) === workers - 1) {
      Atomics.store(control, 1, 0);
      Atomics.add(control, 2, 1);
      Atomics.notify(control, 2);
      return;
    }
    let spins = 0;
    let since = 0;
    while (Atomics.load(control, 2) === passed) {
      spins += 1;
      if (spins < 20000) continue;
      if (Atomics.load(control, 3) !== 0) throw new Error('Another worker of the plan failed.');
      const now = Date.now();
      if (since === 0) since = now;
      else if (now - since > patience) {
        Atomics.store(control, 3, 1);
        throw new Error(`A worker of the plan did not answer within ${patience / 1000} s.`);
      }
      if (canSleep) Atomics.wait(control, 2, passed, 20);
      else spins = 10000;
    }
    if (Atomics.load(control, 3) !== 0) throw new Error('Another worker of the plan failed.');
  };
  return () => {
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
