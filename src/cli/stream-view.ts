/** What people see of stream hardware: stages with their schedules, buffers with their filling. */
import { stageCounts, type StreamGraph, type StreamStage } from '../circuit/index.ts';
import { stageLatency } from '../netlist/index.ts';
import type { Table } from '../report/index.ts';
import type { StreamHardwareResult } from '../systems/index.ts';

/** Cost and time of one stage. */
export interface StageRow {
  readonly stage: string;
  readonly kind: string;
  readonly layers: readonly string[];
  /** Beats per sample, in and out. */
  readonly beatsIn: number;
  readonly beatsOut: number;
  /** Clocks per patch. */
  readonly reuse: number;
  /** Clocks that the stage needs per sample, at least. */
  readonly cyclesPerSample: number;
  /** Cycles from the last step of a beat to its buffer. */
  readonly latencyCycles: number;
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  readonly bram: number;
}

/** One buffer. */
export interface FifoRow {
  readonly fifo: string;
  readonly from: string;
  readonly to: string;
  readonly width: number;
  /** Places: the bound that the credits of its writer keep. */
  readonly depth: number;
  /** Most beats inside in any scenario. */
  readonly seen: number;
}

/** List the stages. */
export function stageRows({ graph, stages, design, resources }: StreamHardwareResult): StageRow[] {
  return stages.map((scheduled, k) => {
    const { stage } = scheduled;
    const counts = stageCounts(graph, stage);
    const modules = new Set(design.stages![k]!.modules);
    const own = resources.perModule.filter(({ module }) => modules.has(module));
    const sum = (of: 'lut' | 'ff' | 'dsp' | 'bram'): number => own.reduce((total, entry) => total + entry[of], 0);
    return {
      stage: stage.name,
      kind: stage.layers.length === 0 ? 'layout' : stage.kind,
      layers: stage.layers,
      beatsIn: counts.beats,
      beatsOut: counts.outputBeats,
      reuse: stage.steps.count,
      cyclesPerSample: cyclesPerSample(graph, stage),
      latencyCycles: stageLatency(scheduled),
      lut: sum('lut'),
      ff: sum('ff'),
      dsp: sum('dsp'),
      bram: sum('bram'),
    };
  });
}

/** Every time takes a clock, and a patch one per step, of which the last may be that of the next beat. */
function cyclesPerSample(graph: StreamGraph, stage: StreamStage): number {
  const { times, patches } = stageCounts(graph, stage);
  return times + patches * (stage.steps.count - 1);
}

/** List the buffers. */
export function fifoRows({ design, scenarios }: Pick<StreamHardwareResult, 'design' | 'scenarios'>): FifoRow[] {
  return design.fifos.map(({ instance, from, to, width, depth }, k) => ({
    fifo: instance,
    from,
    to: from === to ? 'output' : to,
    width,
    depth,
    seen: Math.max(...scenarios.map(({ run }) => run.fifos[k]!.maximum)),
  }));
}

/** The stages as a table with a line of totals, in which buffers and the top module count too. */
export function stageTable(result: StreamHardwareResult): Table {
  const { lut, ff, dsp, bram } = result.resources;
  const columns = ['stage', 'layers', 'beats', 'reuse', 'clocks/sample', 'latency', 'LUT', 'FF', 'DSP', 'BRAM'];
  return {
    columns: columns.map((header) => (header === 'beats' ? { header, align: 'right' } : { header })),
    rows: [
      ...stageRows(result).map((row) => [
        row.stage,
        row.layers.length === 0 ? '(layout)' : row.layers.join(' '),
        `${row.beatsIn}→${row.beatsOut}`,
        row.reuse,
        row.cyclesPerSample,
        row.latencyCycles,
        row.lut,
        row.ff,
        row.dsp,
        row.bram,
      ]),
      ['all, with FIFOs', '', '', null, result.initiationInterval, result.latencyCycles, lut, ff, dsp, bram],
    ],
  };
}

/** The buffers as a table. */
export function fifoTable(result: Pick<StreamHardwareResult, 'design' | 'scenarios'>): Table {
  const columns = ['FIFO', 'from', 'to', 'bits', 'depth', 'most seen'];
  return {
    columns: columns.map((header) => ({ header })),
    rows: fifoRows(result).map(({ fifo, from, to, width, depth, seen }) => [fifo, from, to, width, depth, seen]),
  };
}
