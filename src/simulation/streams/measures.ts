/** What the cycles of moving beats say about a design: latency, initiation interval, throughput. */

/** Beats of one port: the cycle in which each moved, and how many make a sample. */
export interface PortCycles {
  readonly cycles: readonly number[];
  readonly beatsPerSample: number;
}

/** When a sample passed; the earliest or latest of all inputs, and of all outputs. */
export interface SampleTimes {
  readonly firstTaken: number;
  readonly lastTaken: number;
  readonly firstGiven: number;
  readonly lastGiven: number;
}

/** Smallest and largest of what was seen. */
export interface Spread {
  readonly minimum: number;
  readonly maximum: number;
}

export interface StreamMeasures {
  readonly times: readonly SampleTimes[];
  /** From the first beat taken of a sample to its last beat given; `times[0]` tells it for an idle design. */
  readonly latencyCycles: Spread;
  /** From the first beat taken of a sample to its first beat given. */
  readonly firstBeatCycles: Spread;
  /** Between the last beats given of consecutive samples; null with one sample. */
  readonly initiationInterval: Spread | null;
  /** Mean rate from the last beat of the first sample to that of the last; null with one sample. */
  readonly samplesPerCycle: number | null;
}

/** Measure the samples that passed; every port has moved the beats of all of them. */
export function measureStreams(
  inputs: readonly PortCycles[],
  outputs: readonly PortCycles[],
  samples: number,
): StreamMeasures {
  const first = (ports: readonly PortCycles[], k: number): number =>
    Math.min(...ports.map(({ cycles, beatsPerSample }) => cycles[k * beatsPerSample]!));
  const last = (ports: readonly PortCycles[], k: number): number =>
    Math.max(...ports.map(({ cycles, beatsPerSample }) => cycles[(k + 1) * beatsPerSample - 1]!));
  const times = Array.from({ length: samples }, (_, k) => ({
    firstTaken: first(inputs, k),
    lastTaken: last(inputs, k),
    firstGiven: first(outputs, k),
    lastGiven: last(outputs, k),
  }));
  const ends = times.map(({ lastGiven }) => lastGiven);
  const distances = ends.slice(1).map((end, k) => end - ends[k]!);
  return {
    times,
    latencyCycles: spread(times.map(({ firstTaken, lastGiven }) => lastGiven - firstTaken)),
    firstBeatCycles: spread(times.map(({ firstTaken, firstGiven }) => firstGiven - firstTaken)),
    initiationInterval: distances.length === 0 ? null : spread(distances),
    samplesPerCycle: samples < 2 ? null : (samples - 1) / (ends.at(-1)! - ends[0]!),
  };
}

function spread(values: readonly number[]): Spread {
  let [minimum, maximum] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return { minimum, maximum };
}
