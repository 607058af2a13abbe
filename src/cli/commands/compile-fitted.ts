/** The part of `distill-rtl compile` that searches schedules before it builds what was found. */
import { type FitGoal, fitNetwork } from '../../systems/index.ts';
import { interruptSignal } from '../interrupt.ts';
import { makeProgress } from '../progress.ts';
import { compileToStreams, type StreamJob } from './compile-streams.ts';

/** Search schedules for a goal, and compile the network with those that were chosen. */
export async function compileFitted(job: Omit<StreamJob, 'chosen' | 'fit'>, goal: FitGoal): Promise<void> {
  const { network, target, setup } = job;
  const progress = makeProgress(process.stderr);
  const interrupt = interruptSignal();
  let fit;
  try {
    fit = await fitNetwork(network, {
      target,
      goal,
      compile: setup.compile,
      signal: interrupt.signal,
      onStart: (step) => progress.start(step),
      onStep: (_step, message) => progress.finish(message),
    });
  } finally {
    progress.clear();
    interrupt.release();
  }
  return compileToStreams({ ...job, chosen: { schedules: fit.schedules, reuse: {} }, fit });
}
