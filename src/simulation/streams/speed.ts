/** How fast a stream design is simulated here, for studies. Measured with the clock of the machine: no two runs agree. */
import type { StreamNetlist } from '../../netlist/index.ts';
import { createSimulator } from '../simulator.ts';
import { type StreamOptions, type StreamRun, simulateStreams } from './simulate-streams.ts';

export interface SimulationSpeed {
  readonly run: StreamRun;
  /** Seconds to check, flatten and translate the netlist. */
  readonly buildSeconds: number;
  /** Seconds of the run, with driving and checking. */
  readonly runSeconds: number;
  readonly cyclesPerSecond: number;
}

/** Run samples as `simulateStreams` does, in a new simulator, and take the time. */
export function streamSpeed(
  design: StreamNetlist,
  samples: readonly (readonly (readonly bigint[])[])[],
  options: Omit<StreamOptions, 'simulator'> = {},
): SimulationSpeed {
  const start = performance.now();
  const simulator = createSimulator(design.netlist);
  const built = performance.now();
  const run = simulateStreams(design, samples, { ...options, simulator });
  const runSeconds = (performance.now() - built) / 1000;
  return { run, buildSeconds: (built - start) / 1000, runSeconds, cyclesPerSecond: run.cycles / runSeconds };
}
