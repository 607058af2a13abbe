/**
 * An emitted folder of a stream design read back, and the design that its Verilog is, checked to the byte.
 *
 * The stages of `model/streams.json`, part and clock of the manifest, and the depth of the FIFOs where
 * `model/schedules.json` names one determine the Verilog. Needs Node.
 */
import { parseStreams, type StreamGraph } from '../../circuit/index.ts';
import { FormatError, ValueError } from '../../errors.ts';
import { checkVerilog, readManifest, readPart } from '../emitted-project.ts';
import type { HardwareTarget } from '../pipeline.ts';
import { type BuiltStreams, buildStreams } from './stream-pipeline.ts';

export interface EmittedStreams {
  /** `model/streams.json`. */
  readonly graph: StreamGraph;
  readonly target: Pick<HardwareTarget, 'part' | 'clockMHz'>;
  /** Places of every FIFO where they were given by hand; undefined where they are the fewest that do. */
  readonly fifoDepth: number | undefined;
}

/**
 * Read what an emitted folder of a stream design says of itself.
 *
 * @throws FileError, FormatError or ValueError if the folder is no emitted stream design
 */
export async function readEmittedStreams(folder: string): Promise<EmittedStreams> {
  const graph = parseStreams(await readPart(folder, 'model/streams.json'));
  const { part, clockMHz } = (await readManifest(folder)).target;
  return {
    graph,
    target: { part, clockMHz },
    fifoDepth: depthOf(folder, await readPart(folder, 'model/schedules.json')),
  };
}

/**
 * Make the design of an emitted folder again, and check that its Verilog stands in the folder.
 *
 * @throws MismatchError if it does not
 */
export async function emittedStreams(
  folder: string,
  { graph, target, fifoDepth }: EmittedStreams,
): Promise<BuiltStreams> {
  const built = buildStreams(graph, target, fifoDepth);
  await checkVerilog(folder, built.design.netlist, 'model/streams.json');
  return built;
}

function depthOf(folder: string, text: string): number | undefined {
  let schedules: { readonly fifoDepth?: unknown } | null;
  try {
    schedules = JSON.parse(text) as typeof schedules;
  } catch (error) {
    throw new FormatError(`model/schedules.json of "${folder}" is not JSON: ${(error as Error).message}.`);
  }
  const depth = schedules?.fifoDepth;
  if (depth === undefined) return undefined;
  if (typeof depth !== 'number' || !Number.isSafeInteger(depth) || depth < 1) {
    throw new ValueError(
      `model/schedules.json of "${folder}" has fifoDepth ${JSON.stringify(depth)}; it must be a whole number of at least 1.`,
    );
  }
  return depth;
}
