/** Pictures of a synthesis: shares of the part, tables by layer beside our estimate, logic depth. */
import { barChart, gaugeChart, type ReportFigure } from '../../report/index.ts';
import type { Ice40Result } from '../../verification/index.ts';
import { shares } from './tables.ts';
import type { ProjectSynthesis } from './synthesize-project.ts';
import type { LayerSynthesis } from './synthesized-layers.ts';

/** Shares of the part. */
export function shareFigure(result: ProjectSynthesis): ReportFigure {
  const { part } = result;
  return {
    svg: gaugeChart({ title: `What the design takes of ${part.die}`, gauges: shares(result), width: 680 }),
    caption: `What the design takes of \`${part.part}\`, as Yosys counts it${result.flattened === null ? ', layer by layer' : ', flattened'}.`,
  };
}

/** Shares of an iCE40. */
export function placementFigure({ part, logicCells, frameCells, available, ram }: Ice40Result): ReportFigure {
  const [used, there] = ram;
  return {
    svg: gaugeChart({
      title: `What the design takes of iCE40 ${part}`,
      width: 680,
      gauges: [
        { name: 'logic cells', used: logicCells, whole: available },
        { name: 'RAM (4 Kb)', used, whole: there },
      ],
    }),
    caption: `What the design takes of an iCE40 ${part} after packing; ${frameCells} of the logic cells are the frame's.`,
  };
}

/** A count of every layer, estimated and by Yosys; null where there is nothing to compare. */
export function comparisonFigure({ layers }: ProjectSynthesis, kind: 'lut' | 'ff'): ReportFigure | null {
  const shown = layers.filter(({ yosys, estimate }) => estimate !== null && (yosys[kind] > 0 || estimate[kind] > 0));
  if (shown.length === 0) return null;
  const name = kind === 'lut' ? 'Look-up tables' : 'Flip-flops';
  return {
    svg: barChart({
      title: `${name} by layer`,
      width: 680,
      height: 320,
      categories: shown.map(({ layer }) => layer),
      y: { label: kind.toUpperCase() },
      series: [
        bars('Yosys', shown, ({ yosys }) => yosys[kind]),
        bars('our estimate', shown, ({ estimate }) => estimate![kind]),
      ],
    }),
    caption: `${name} by layer: counted by Yosys with the hierarchy kept, and estimated by our own model before any tool ran.`,
  };
}

/** Logic depth of every layer. */
export function depthFigure({ layers }: ProjectSynthesis): ReportFigure | null {
  const shown = layers.filter(({ yosys }) => yosys.depth !== null && yosys.depth > 0);
  if (shown.length === 0) return null;
  return {
    svg: barChart({
      title: 'Logic depth by layer',
      width: 680,
      height: 280,
      categories: shown.map(({ layer }) => layer),
      y: { label: 'levels of logic' },
      series: [bars('depth', shown, ({ yosys }) => yosys.depth ?? 0)],
    }),
    caption:
      'Most levels of logic between two registers, or between one and a port of the layer. A level is a look-up table or a whole carry chain.',
  };
}

function bars(name: string, layers: readonly LayerSynthesis[], value: (layer: LayerSynthesis) => number) {
  const values = layers.map(value);
  return { name, values, labels: values.map(String) };
}
