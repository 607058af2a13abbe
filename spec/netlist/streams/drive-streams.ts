/** Drives a stream netlist with stalls on both sides, as simply as can be: what the larger harness is compared with. */
import { packVector, readyPort, type StreamNetlist, unpackVector, validPort } from '../../../src/netlist/index.ts';
import { createSimulator } from '../../../src/simulation/index.ts';

export interface Driven {
  /** outputs[output][sample]: raw codes by place. */
  readonly outputs: readonly (readonly (readonly bigint[])[])[];
  /** Cycles in which beats were taken, and given by output. */
  readonly takenAt: readonly number[];
  readonly givenAt: readonly (readonly number[])[];
  /** Largest count seen, by buffer. */
  readonly highest: readonly number[];
}

/** Run samples (raw codes by place, for one input); `stall(cycle, port)` says when a port stands still. */
export function drive(
  design: StreamNetlist,
  samples: readonly (readonly bigint[])[],
  stall: (cycle: number, port: number) => boolean,
): Driven {
  const simulator = createSimulator(design.netlist);
  const [input] = design.inputs;
  const beats = samples.flatMap((sample) =>
    input!.type.elements.map((row) =>
      packVector(
        input!.type.formats,
        row.map((place) => sample[place]!),
      ),
    ),
  );
  simulator.set(validPort(input!.name), 0);
  simulator.set(input!.name, 0);
  for (const { name } of design.outputs) simulator.set(readyPort(name), 0);
  simulator.set('rst', 1);
  simulator.step();
  simulator.step();
  simulator.set('rst', 0);
  const got: bigint[][] = design.outputs.map(() => []);
  const wanted = design.outputs.map(({ type }) => type.elements.length * samples.length);
  const highest = design.fifos.map(() => 0);
  const takenAt: number[] = [];
  const givenAt: number[][] = design.outputs.map(() => []);
  let [sent, offered, quiet, cycle] = [0, false, 0, 0];
  for (; got.some((words, k) => words.length < wanted[k]!) && quiet < 500; cycle += 1) {
    // Valid once given stays until the beat is taken.
    offered ||= sent < beats.length && !stall(cycle, 0);
    simulator.set(validPort(input!.name), offered ? 1 : 0);
    if (offered) simulator.set(input!.name, beats[sent]!);
    const takes = design.outputs.map(({ name }, k) => {
      const isReady = !stall(cycle, k + 1);
      simulator.set(readyPort(name), isReady ? 1 : 0);
      return isReady;
    });
    quiet += 1;
    design.outputs.forEach(({ name }, k) => {
      if (simulator.get(validPort(name)) === 1n && takes[k]!) {
        got[k]!.push(simulator.get(name));
        givenAt[k]!.push(cycle);
        quiet = 0;
      }
    });
    design.fifos.forEach(({ instance }, k) => {
      highest[k] = Math.max(highest[k]!, Number(simulator.peek(`${instance}.count`)));
    });
    const isTaken = offered && simulator.get(readyPort(input!.name)) === 1n;
    simulator.step();
    if (isTaken) {
      takenAt.push(cycle);
      [sent, offered, quiet] = [sent + 1, false, 0];
    }
  }
  const outputs = design.outputs.map(({ type }, k) =>
    Array.from({ length: Math.floor(got[k]!.length / type.elements.length) }, (_, sample) => {
      const codes: bigint[] = [];
      type.elements.forEach((row, beat) => {
        const word = unpackVector(type.formats, got[k]![sample * type.elements.length + beat]!);
        row.forEach((place, j) => (codes[place] = word[j]!));
      });
      return codes;
    }),
  );
  return { outputs, takenAt, givenAt, highest };
}
