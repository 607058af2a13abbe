/**
 * Synthesises an emitted folder, layer by layer and as a whole, and sets our own estimate and the part beside (Node only).
 *
 * Layers are mapped with the hierarchy kept, so that each has cells of its own; the whole is mapped flattened, as a
 * build would. The two need one run of Yosys each. What a tool did not count is null, never guessed.
 */
import { ToolError } from '../../errors.ts';
import { type Device, device, type PartCount, type TimingStep } from '../../estimation/index.ts';
import {
  type Ice40Part,
  type Ice40Result,
  placeOnIce40,
  type SynthesisOptions,
  type SynthesisResult,
  synthesizeWithYosys,
  type YosysChoice,
} from '../../verification/index.ts';
import { isStreamFolder, readManifest } from '../emitted-project.ts';
import type { BuiltAs } from '../part-fit.ts';
import { type Estimated, estimateFolder } from './estimate-folder.ts';
import { type LayerSynthesis, synthesizedLayers, type YosysCount, yosysCount } from './synthesized-layers.ts';

/** Our delay model on the netlist. */
export interface SynthesisTiming {
  /** The shortest period that the netlist needs, in nanoseconds. */
  readonly criticalNs: number;
  /** The period that it was scheduled for. */
  readonly periodNs: number;
  /** The slowest path. */
  readonly path: readonly TimingStep[];
}

export interface ProjectSynthesis {
  readonly model: string;
  readonly part: Device;
  readonly clockMHz: number;
  /** Whether the folder holds a pipeline or streams. */
  readonly builtAs: BuiltAs;
  /** Copies of the pipeline in the design; layers are those of all copies together. */
  readonly copies: number;
  /** In the order of the pipeline, or of the stages with FIFOs behind them; empty where only the whole was asked for. */
  readonly layers: readonly LayerSynthesis[];
  /** The layers together, mapped one by one; null where only the whole was asked for. */
  readonly kept: YosysCount | null;
  /** The whole design, mapped without its hierarchy; null where only the layers were asked for. */
  readonly flattened: YosysCount | null;
  /** Our own count of the whole design; null where the folder does not hold its circuit. */
  readonly estimate: PartCount | null;
  /** Null where the folder does not hold its circuit. */
  readonly timing: SynthesisTiming | null;
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
  const { copies = 1 } = target;
  const { timeoutSeconds, signal, yosys, only } = options;
  const common: SynthesisOptions = {
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(signal !== undefined && { signal }),
    ...(yosys !== undefined && { yosys }),
    copies,
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
  const { estimate, reason } = await step('estimate', () => estimateFolder(folder, part), estimateText);
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
    builtAs: (await isStreamFolder(folder)) ? 'streams' : 'pipeline',
    copies,
    layers: kept === null ? [] : synthesizedLayers(kept, estimate, copies),
    kept: kept === null ? null : yosysCount(kept),
    flattened: flattened === null ? null : yosysCount(flattened),
    estimate: estimate?.total ?? null,
    timing:
      estimate === null
        ? null
        : { criticalNs: estimate.path.delayNs, periodNs: 1000 / target.clockMHz, path: estimate.path.steps },
    ice40,
    notes,
    tool: (kept ?? flattened)!.version,
    seconds,
  };
}

function estimateText({ estimate }: Estimated): string {
  if (estimate === null) return 'left out';
  const { total, path } = estimate;
  return `${total.lut} LUT, ${total.ff} FF, ${path.delayNs.toFixed(2)} ns by our own model`;
}

function placedText({ result }: { readonly result: Ice40Result | null }): string {
  if (result === null) return 'left out';
  const { logicCells, available, clockMHz } = result;
  const clock = clockMHz === null ? 'does not fit' : `${clockMHz.toFixed(1)} MHz after routing`;
  return `${logicCells} of ${available} logic cells, ${clock}`;
}
