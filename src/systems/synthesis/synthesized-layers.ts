/** Counts of the instances of the top module as rows of a synthesis: layers or stages, FIFOs as one, the top module last. */
import type { PartCount } from '../../estimation/index.ts';
import type { MappedPart, SynthesisResult } from '../../verification/index.ts';
import type { EstimatedInstance, EstimatedParts } from './estimated-parts.ts';

/** Resources as Yosys counts them. */
export type YosysCount = Omit<MappedPart, 'cells' | 'lutram'>;

/** One layer of a pipeline (in all copies together), one stage of streams, all FIFOs of streams, or what joins them. */
export interface LayerSynthesis {
  readonly layer: string;
  /** Kind of the layer; null where the folder does not tell, and for the logic that joins the layers. */
  readonly kind: string | null;
  /** Name of the layer's Verilog module; of FIFOs all names, joined by commas. */
  readonly module: string;
  /** Depth is within the layer, of FIFOs the greatest; null for the logic that joins the layers. */
  readonly yosys: Omit<YosysCount, 'depth'> & { readonly depth: number | null };
  readonly estimate: PartCount | null;
  /** Time of the slowest path that touches it by our delay model, in nanoseconds. */
  readonly slowestNs: number | null;
}

type MappedInstance = SynthesisResult['instances'][number];

/** An instance as it was mapped, beside what we thought of it. */
interface Instance {
  readonly mapped: MappedInstance;
  readonly known: EstimatedInstance | undefined;
}

/** Instances of the top module that are FIFOs of streams; those that compute begin with `u_`. */
const FIFO = /^fifo_\d+_/;

/**
 * Make the rows, in the order of the estimate, which is that of the design.
 *
 * @param copies - how often the pipeline stands in the design
 */
export function synthesizedLayers(
  kept: SynthesisResult,
  estimate: EstimatedParts | null,
  copies: number,
): LayerSynthesis[] {
  const order = estimate?.instances.map(({ instance }) => instance) ?? [];
  const place = (instance: string): number => (order.includes(instance) ? order.indexOf(instance) : order.length);
  const instances = kept.instances
    .toSorted((a, b) => place(a.instance) - place(b.instance))
    .map((mapped) => ({
      mapped: times(mapped, copies),
      known: estimate?.instances.find(({ instance }) => instance === mapped.instance),
    }));
  const fifos = instances.filter(({ mapped }) => FIFO.test(mapped.instance));
  const { lut, ff, dsp, bram, carry4, carry8 } = times(kept.own, copies);
  return [
    ...instances.filter((one) => !fifos.includes(one)).map(layerRow),
    ...(fifos.length === 0 ? [] : [fifoRow(fifos)]),
    {
      layer: '(top)',
      kind: null,
      module: kept.top,
      yosys: { lut, ff, dsp, bram, carry4, carry8, depth: null },
      estimate: estimate?.own.count ?? null,
      slowestNs: estimate?.own.slowestNs ?? null,
    },
  ];
}

/** What a row shows of a count. */
export function yosysCount({ lut, ff, dsp, bram, carry4, carry8, depth }: MappedPart): YosysCount {
  return { lut, ff, dsp, bram, carry4, carry8, depth };
}

/** A count so many times. */
function times<T extends Omit<YosysCount, 'depth'>>(count: T, copies: number): T {
  const { lut, ff, dsp, bram, carry4, carry8 } = count;
  return {
    ...count,
    lut: copies * lut,
    ff: copies * ff,
    dsp: copies * dsp,
    bram: copies * bram,
    carry4: copies * carry4,
    carry8: copies * carry8,
  };
}

function layerRow({ mapped, known }: Instance): LayerSynthesis {
  return {
    layer: known?.computes?.layer ?? mapped.instance.replace(/^u_/, ''),
    kind: known?.computes?.kind ?? null,
    module: mapped.module,
    yosys: yosysCount(mapped),
    estimate: known?.count ?? null,
    slowestNs: known?.slowestNs ?? null,
  };
}

function fifoRow(fifos: readonly Instance[]): LayerSynthesis {
  const sum = (key: Exclude<keyof YosysCount, 'depth'>): number =>
    fifos.reduce((total, { mapped }) => total + mapped[key], 0);
  const known = fifos.flatMap((fifo) => (fifo.known === undefined ? [] : [fifo.known]));
  const estimated = (key: keyof PartCount): number => known.reduce((total, { count }) => total + count[key], 0);
  return {
    layer: `${fifos.length} FIFO${fifos.length === 1 ? '' : 's'}`,
    kind: 'fifo',
    module: [...new Set(fifos.map(({ mapped }) => mapped.module))].join(', '),
    yosys: {
      lut: sum('lut'),
      ff: sum('ff'),
      dsp: sum('dsp'),
      bram: sum('bram'),
      carry4: sum('carry4'),
      carry8: sum('carry8'),
      depth: Math.max(...fifos.map(({ mapped }) => mapped.depth)),
    },
    estimate:
      known.length === 0
        ? null
        : { lut: estimated('lut'), ff: estimated('ff'), dsp: estimated('dsp'), bram: estimated('bram') },
    slowestNs: known.length === 0 ? null : Math.max(...known.map(({ slowestNs }) => slowestNs)),
  };
}
