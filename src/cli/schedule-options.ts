/** Options that say how layers share hardware over time, and the schedules that they make together with a configuration. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { beatLayouts, type BeatLayout, type LayerSchedule, type Schedules } from '../compile/index.ts';
import type { Hls4mlConfig } from '../formats/index.ts';
import type { ReuseRequest } from '../systems/index.ts';
import { givenOptions, wholeNumber } from './options.ts';
import { UsageError } from './usage.ts';

/** What `chosenSchedules` reads. */
export interface ScheduleArguments {
  readonly ioType: 'io_parallel' | 'io_stream';
  readonly reuseFactor?: number;
  readonly schedule?: readonly NamedSchedule[];
  readonly fifoDepth?: number;
}

interface NamedSchedule extends LayerSchedule {
  readonly layer: string;
}

/** Options of verbs that build hardware. */
export function scheduleOptions(): Option[] {
  return [
    new Option(
      '--io-type <name>',
      'whole samples at once, or one pixel (all its channels) per clock with valid and ready',
    )
      .choices(['io_parallel', 'io_stream'])
      .default('io_parallel'),
    new Option(
      '--fifo-depth <n>',
      'places of every FIFO between streams (default: the fewest that suffice, for each)',
    ).argParser(wholeNumber(1)),
    new Option('--reuse-factor <n>', 'clocks that layers with weights spend on what they read at once').argParser(
      wholeNumber(1),
    ),
    new Option(
      '--schedule <layer=layout[:reuse]>',
      `layout (${beatLayouts.join(', ')}) and reuse factor of a layer; may be repeated`,
    ).argParser(addSchedule),
  ];
}

function addSchedule(text: string, before: readonly NamedSchedule[] = []): readonly NamedSchedule[] {
  const [, layer, layout, reuse] = /^(.+)=([a-z]+)(?::(\d+))?$/.exec(text) ?? [];
  if (layer === undefined || !beatLayouts.includes(layout as BeatLayout)) {
    throw new InvalidArgumentError(
      `it must be <layer>=<layout> or <layer>=<layout>:<reuse> with a layout of ${beatLayouts.join(', ')}.`,
    );
  }
  if (before.some((other) => other.layer === layer)) {
    throw new InvalidArgumentError(`layer ${layer} has a schedule already.`);
  }
  return [
    ...before,
    { layer, layout: layout as BeatLayout, ...(reuse !== undefined && { reuse: wholeNumber(1)(reuse) }) },
  ];
}

/** What was asked for: schedules, and reuse factors that the layers still have to be looked up for. */
export interface ChosenSchedules {
  readonly schedules: Schedules;
  readonly reuse: ReuseRequest;
}

/**
 * The schedules asked for; undefined where every layer is to be unrolled in one pipeline, which needs no streams.
 *
 * @throws UsageError if a layer has a reuse factor in the configuration and a schedule on the command line
 */
export function chosenSchedules(
  options: ScheduleArguments,
  config: Hls4mlConfig | undefined,
  command: Command,
): ChosenSchedules | undefined {
  const ioType = givenOptions(command)('ioType') ? options.ioType : (config?.ioType ?? options.ioType);
  const reuse = options.reuseFactor ?? config?.reuseFactor ?? 1;
  const named = options.schedule ?? [];
  const layerReuse = config?.layerReuse ?? {};
  const twice = named.find(({ layer }) => layerReuse[layer] !== undefined);
  if (twice !== undefined) {
    throw new UsageError(`Layer ${twice.layer} has a reuse factor in --config and a --schedule; give one of them.`);
  }
  const isUnrolled = [reuse, ...Object.values(layerReuse)].every((factor) => factor === 1);
  if (ioType === 'io_parallel' && isUnrolled && named.length === 0) {
    if (options.fifoDepth === undefined) return undefined;
    throw new UsageError(
      '--fifo-depth is for streams; give --io-type io_stream, --reuse-factor or --schedule with it.',
    );
  }
  return {
    schedules: {
      default: ioType === 'io_stream' ? 'stream' : { layout: 'whole' },
      layers: Object.fromEntries(named.map(({ layer, ...schedule }) => [layer, schedule])),
    },
    reuse: { reuse, layerReuse },
  };
}
