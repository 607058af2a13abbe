/** What is measured of a stream design, and its line in a table. */
import type { ResourceCount } from '../../src/estimation/index.ts';
import { device, netlistTiming, type TimingPath } from '../../src/estimation/index.ts';
import type { Cell, Column } from '../../src/report/index.ts';
import type { StreamNetlist } from '../../src/netlist/index.ts';

export const PART = 'xcvu13p-flga2577-2-e';

export type Counts = Pick<ResourceCount, 'lut' | 'ff' | 'dsp' | 'bram'>;

/** What the published designs take. */
export interface Published extends Counts {
  readonly name: string;
  readonly cycles: number;
  readonly latencyNs: number;
}

/** A design, built and simulated. */
export interface StreamRow {
  readonly name: string;
  readonly clockMHz: number;
  /** From the first beat of a sample to its last beat out, in an empty design. */
  readonly cycles: number;
  readonly initiationInterval: number;
  /** By our model. */
  readonly counts: Counts;
  /** By Yosys; null where it did not run. */
  readonly yosys: Counts | null;
  readonly timing: ControlTiming;
  readonly mismatches: number;
  readonly samples: number;
  /** To compile and build. */
  readonly seconds: number;
}

/** The shortest periods by the model, in nanoseconds. */
export interface ControlTiming {
  /** Of any path. */
  readonly critical: TimingPath;
  /** Of paths that begin, run or end in sequencers, FIFOs or the top module. */
  readonly control: TimingPath;
}

/** Time a design; what is not inside the pipelines of a stage counts as control. */
export function controlTiming({ netlist, stages = [] }: StreamNetlist): ControlTiming {
  const { criticalNs, path, perModule } = netlistTiming(netlist, device(PART));
  // A stage lists its own module, with the sequencer and the tap line, after those that it calls.
  const pipelines = new Set(stages.flatMap(({ modules }) => modules.slice(0, -1)));
  const none: TimingPath = { delayNs: 0, steps: [] };
  const control = perModule
    .filter(({ module }) => !pipelines.has(module))
    .reduce<TimingPath>((most, one) => (one.delayNs > most.delayNs ? one : most), none);
  return { critical: { delayNs: criticalNs, steps: path }, control };
}

/** The ends of a path, for people. */
export function pathText({ delayNs, steps }: TimingPath): string {
  const end = (at: number): string => {
    const step = steps.at(at);
    return step === undefined ? '–' : `${step.instance || step.module}.${step.net}${step.pin ? ` (${step.pin})` : ''}`;
  };
  return `${delayNs.toFixed(3)} ns from ${end(0)} to ${end(-1)}, ${Math.max(0, steps.length - 2)} tables or blocks between`;
}

export const ROW_COLUMNS: readonly Column[] = [
  { header: 'design' },
  { header: 'MHz' },
  { header: 'cycles' },
  { header: 'ns', decimals: 0 },
  { header: 'II' },
  ...['', 'Yosys '].flatMap((who): Column[] => ['LUT', 'FF', 'DSP', 'BRAM'].map((kind) => ({ header: who + kind }))),
  { header: 'path', unit: 'ns', decimals: 2 },
  { header: 'control', unit: 'ns', decimals: 2 },
  { header: 'differences' },
];

const countCells = (counts: Counts | null): Cell[] =>
  counts === null ? [null, null, null, null] : [counts.lut, counts.ff, counts.dsp, counts.bram];

/** Write a row. */
export function rowCells(row: StreamRow): Cell[] {
  return [
    row.name,
    row.clockMHz,
    row.cycles,
    latencyNs(row),
    row.initiationInterval,
    ...countCells(row.counts),
    ...countCells(row.yosys),
    row.timing.critical.delayNs,
    row.timing.control.delayNs,
    `${row.mismatches} of ${row.samples}`,
  ];
}

/** Write a published row. @param clockMHz that of the paper */
export function publishedCells({ name, cycles, latencyNs: ns, ...counts }: Published, clockMHz: number): Cell[] {
  return [name, clockMHz, cycles, ns, null, ...countCells(counts), ...countCells(null), null, null, null];
}

export function latencyNs({ cycles, clockMHz }: StreamRow): number {
  return (cycles * 1000) / clockMHz;
}
