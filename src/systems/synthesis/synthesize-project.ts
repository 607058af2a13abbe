/**
 * Synthesises an emitted folder, layer by layer and as a whole, and sets our own estimate and the part beside (Node only).
 *
 * Layers are mapped with the hierarchy kept, so that each has cells of its own; the whole is mapped flattened, as a
 * build would. The two need one run of Yosys each. What a tool did not count is null, never guessed.
 */
import { DistillError, ToolError } from '../../errors.ts';
import { type Device, device, estimateResources, type PartCount } from '../../estimation/index.ts';
import {
  type Ice40Part,
  type Ice40Result,
  type MappedPart,
  placeOnIce40,
  type SynthesisOptions,
  type SynthesisResult,
  synthesizeWithYosys,
  type YosysChoice,
} from '../../verification/index.ts';
import { emittedPipeline, readEmittedProject, readManifest } from '../emitted-project.ts';
import { estimatedParts, type EstimatedParts } from './estimated-parts.ts';

/** Resources as Yosys counts them. */
export type YosysCount = Omit<MappedPart, 'cells' | 'lutram'>;

/** One layer, or the logic that joins them. */
export interface LayerSynthesis {
  readonly layer: string;
  /** Kind of the layer; null where the folder does not tell, and for the logic that joins the layers. */
  readonly kind: string | null;
  /** Name of the layer's Verilog module. */
  readonly module: string;
  /** Depth is within the layer; null for the logic that joins the layers. */
  readonly yosys: Omit<YosysCount, 'depth'> & { readonly depth: number | null };
  readonly estimate: PartCount | null;
}

export interface ProjectSynthesis {
  readonly model: string;
  readonly part: Device;
  readonly clockMHz: number;
  /** In the order of the pipeline; empty where only the whole was asked for. */
  readonly layers: readonly LayerSynthesis[];
  /** The layers together, mapped one by one; null where only the whole was asked for. */
  readonly kept: YosysCount | null;
  /** The whole design, mapped without its hierarchy; null where only the layers were asked for. */
  readonly flattened: YosysCount | null;
  /** Our own count of the whole design; null where the folder does not hold its circuit. */
  readonly estimate: PartCount | null;
  /** Null where it was not asked for, or a tool is absent. */
  readonly ice40: Ice40Result | null;
  /** What is missing from the result, and why. */
  readonly notes: readonly string[];
  /** Version text of Yosys. */
  readonly tool: string;
  /** Seconds of each step. */
  readonly seconds: Readonly<Partial<Record<SynthesisStep, number>>>;
}

export type SynthesisStep = 'layers' | 'flattened' | 'estimate' | 'ice40';

export interface ProjectSynthesisOptions {
  /** @defaultValue both, one after the other */
  readonly only?: 'layers' | 'flattened';
  /** Part to set the counts beside. @defaultValue that of the folder's manifest */
  readonly part?: string;
  /** @defaultValue the system's, else that of npm */
  readonly yosys?: YosysChoice;
  /** Also place and route on this part. @defaultValue not at all */
  readonly ice40?: Ice40Part;
  /** Wall-clock limit of each run of a tool in seconds. @defaultValue 300 */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  readonly onStart?: (step: SynthesisStep) => void;
  /** Called when a step is done, with a sentence about it. */
  readonly onStep?: (step: SynthesisStep, message: string) => void;
}

/** The count that stands for the design: flattened where that was made. */
export function designCount({ flattened, kept }: ProjectSynthesis): YosysCount {
  return (flattened ?? kept)!;
}

/**
 * Synthesise an emitted folder.
 *
 * @throws FileError or FormatError if the folder is no emitted project, UnsupportedError for an unknown part, ToolError
 *   if Yosys is absent or a tool fails
 */
export async function synthesizeProject(
  folder: string,
  options: ProjectSynthesisOptions = {},
): Promise<ProjectSynthesis> {
  const { model, target } = await readManifest(folder);
  const part = device(options.part ?? target.part);
  const { timeoutSeconds, signal, yosys, only } = options;
  const common: SynthesisOptions = {
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(signal !== undefined && { signal }),
    ...(yosys !== undefined && { yosys }),
  };
  const seconds: Partial<Record<SynthesisStep, number>> = {};
  const step = async <T>(name: SynthesisStep, work: () => Promise<T>, say: (result: T) => string): Promise<T> => {
    signal?.throwIfAborted();
    options.onStart?.(name);
    const start = performance.now();
    const result = await work();
    seconds[name] = (performance.now() - start) / 1000;
    options.onStep?.(name, say(result));
    return result;
  };
  const synthesize = (name: SynthesisStep, flatten: boolean): Promise<SynthesisResult> =>
    step(
      name,
      async () => {
        const { result, reason } = await synthesizeWithYosys(folder, { ...common, flatten });
        if (result === null) throw new ToolError(reason);
        return result;
      },
      ({ lut, ff, depth }) => `${lut} LUT, ${ff} FF, ${depth} levels of logic`,
    );

  const kept = only === 'flattened' ? null : await synthesize('layers', false);
  const flattened = only === 'layers' ? null : await synthesize('flattened', true);
  const { estimate, reason } = await step(
    'estimate',
    () => estimateFolder(folder, part),
    (outcome) =>
      outcome.estimate === null
        ? 'left out'
        : `${outcome.estimate.total.lut} LUT, ${outcome.estimate.total.ff} FF by our own model`,
  );
  const notes = reason === null ? [] : [`Our estimate is left out: ${reason}`];
  let ice40: Ice40Result | null = null;
  if (options.ice40 !== undefined) {
    const placing = { ...common, part: options.ice40, clockMHz: target.clockMHz };
    const outcome = await step('ice40', () => placeOnIce40(folder, placing), placedText);
    ice40 = outcome.result;
    if (outcome.reason !== null) notes.push(`iCE40 is left out: ${outcome.reason}`);
  }
  return {
    model,
    part,
    clockMHz: target.clockMHz,
    layers: kept === null ? [] : layersOf(kept, estimate),
    kept: kept === null ? null : countOf(kept),
    flattened: flattened === null ? null : countOf(flattened),
    estimate: estimate?.total ?? null,
    ice40,
    notes,
    tool: (kept ?? flattened)!.version,
    seconds,
  };
}

function countOf({ lut, ff, dsp, bram, carry4, carry8, depth }: MappedPart): YosysCount {
  return { lut, ff, dsp, bram, carry4, carry8, depth };
}

function placedText({ result }: { readonly result: Ice40Result | null }): string {
  if (result === null) return 'left out';
  const { logicCells, available, clockMHz } = result;
  const clock = clockMHz === null ? 'does not fit' : `${clockMHz.toFixed(1)} MHz after routing`;
  return `${logicCells} of ${available} logic cells, ${clock}`;
}

type Estimated =
  | { readonly estimate: EstimatedParts; readonly reason: null }
  | { readonly estimate: null; readonly reason: string };

/** Estimate a folder, unless it does not hold its circuit or its Verilog has been edited since. */
async function estimateFolder(folder: string, part: Device): Promise<Estimated> {
  try {
    const pipeline = await emittedPipeline(folder, await readEmittedProject(folder));
    return { estimate: estimatedParts(pipeline, estimateResources(pipeline.netlist, part)), reason: null };
  } catch (error) {
    if (!(error instanceof DistillError)) throw error;
    return { estimate: null, reason: error.message };
  }
}

/** Layers in the order of the estimate, which is that of the pipeline; the top module's own logic last. */
function layersOf(kept: SynthesisResult, estimate: EstimatedParts | null): LayerSynthesis[] {
  const order = estimate?.instances.map(({ instance }) => instance) ?? [];
  const place = (instance: string): number => (order.includes(instance) ? order.indexOf(instance) : order.length);
  const instances = kept.instances.toSorted((a, b) => place(a.instance) - place(b.instance));
  const rows = instances.map((mapped): LayerSynthesis => {
    const known = estimate?.instances.find(({ instance }) => instance === mapped.instance);
    return {
      layer: known?.layer ?? mapped.instance.replace(/^u_/, ''),
      kind: known?.kind ?? null,
      module: mapped.module,
      yosys: countOf(mapped),
      estimate: known?.count ?? null,
    };
  });
  const { lut, ff, dsp, bram, carry4, carry8 } = kept.own;
  const own = { lut, ff, dsp, bram, carry4, carry8, depth: null };
  return [...rows, { layer: '(top)', kind: null, module: kept.top, yosys: own, estimate: estimate?.own ?? null }];
}
