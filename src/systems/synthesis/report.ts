/** The HTML report of a synthesis: does it fit, what does each layer take, how deep is the logic, how good was the estimate. */
import { type Cell, formatNumber, htmlReport, type ReportSection, type Table } from '../../report/index.ts';
import { comparisonFigure, depthFigure, placementFigure, shareFigure } from './figures.ts';
import type { Ice40Result } from '../../verification/index.ts';
import { fitText, ICE40_FRAME, NO_VENDOR_REPORT, placementText, timingText } from './sentences.ts';
import { designCount, type ProjectSynthesis } from './synthesize-project.ts';
import { countTable, estimateTable, errorPercent } from './tables.ts';

/** Write a synthesis as one self-contained HTML page. */
export function synthesisReport(result: ProjectSynthesis): string {
  const { model, part, clockMHz, tool, seconds, ice40, notes } = result;
  return htmlReport({
    title: `Synthesis of ${model}`,
    summary: summaryText(result),
    facts: [
      ['part', `${part.part}, scheduled for ${clockMHz} MHz`],
      ['synthesis', `${tool}, \`synth_xilinx -family xcup\``],
      ...(ice40 === null ? [] : [['place and route', ice40.version] as const]),
      [
        'time',
        Object.entries(seconds)
          .map(([step, took]) => `${step} ${took.toFixed(1)} s`)
          .join(', '),
      ],
    ],
    sections: [
      {
        heading: 'Use of the part',
        paragraphs: [NO_VENDOR_REPORT, ...notes],
        figures: [shareFigure(result)],
      },
      layerSection(result),
      ...(result.estimate === null ? [] : [estimateSection(result)]),
      ...(ice40 === null ? [] : [placementSection(ice40)]),
    ],
  });
}

function summaryText(result: ProjectSynthesis): string {
  const { lut, ff, dsp, bram, depth } = designCount(result);
  const share = formatNumber((100 * lut) / result.part.lut, { decimals: 2 });
  const count = `**${formatNumber(lut)} LUT**, **${formatNumber(ff)} FF**, ${dsp} DSP and ${bram} BRAM`;
  const fit = fitText(result) ?? `The design fits ${result.part.die} and takes ${share} % of its look-up tables.`;
  return `${fit} Yosys counts ${count}; the longest path between registers has **${depth} levels** of logic.`;
}

function layerSection(result: ProjectSynthesis): ReportSection {
  const depth = depthFigure(result);
  const kept =
    result.kept === null
      ? 'Only the whole was synthesised, with its hierarchy dissolved.'
      : 'Each layer is a Verilog module and was mapped by itself; `(top)` is what joins them: registers of the outputs and the valid bits. `sum` adds them up.';
  const flattened =
    result.flattened === null || result.kept === null
      ? ''
      : ' `flattened` is the design with its hierarchy dissolved, where logic is optimised across layers, as in a build.';
  return {
    heading: 'Layers',
    paragraphs: [
      `${kept}${flattened}`,
      'A **level** of logic is a look-up table or a whole carry chain, whatever its length. The depth of a layer is counted within it; that of the sum and of the flattened design follows paths through several layers, for a layer need not end with registers. CARRY4 is what Yosys maps to; CARRY8 is what UltraScale+ has, counted with every chain in blocks of its own.',
    ],
    figures: depth === null ? [] : [depth],
    tables: [{ caption: 'Resources and logic depth as Yosys counts them.', ...boldTotals(countTable(result), result) }],
  };
}

/** Write the rows below the layers in bold. */
function boldTotals(table: Table, { layers }: ProjectSynthesis): Table {
  const bold = (cell: Cell): Cell => {
    if (typeof cell === 'number') return `**${formatNumber(cell, { separator: '\u2009' })}**`;
    return typeof cell === 'string' && cell !== '' ? `**${cell}**` : cell;
  };
  return { ...table, rows: table.rows.map((row, k) => (k < layers.length ? row : row.map(bold))) };
}

function placementSection(ice40: Ice40Result): ReportSection {
  return {
    heading: 'Placed and routed on an iCE40',
    paragraphs: [placementText(ice40), ICE40_FRAME],
    figures: [placementFigure(ice40)],
  };
}

function estimateSection(result: ProjectSynthesis): ReportSection {
  const figures = [comparisonFigure(result, 'lut'), comparisonFigure(result, 'ff')].filter((figure) => figure !== null);
  const { lut } = designCount(result);
  const error = errorPercent(result.estimate?.lut, lut);
  const timed = timingText(result);
  return {
    heading: 'Estimate against Yosys',
    paragraphs: [
      `The compiler counts resources over its own netlist before any tool runs.${error === null ? '' : ` For the whole it is off by **${error > 0 ? '+' : '−'}${Math.abs(error).toFixed(1)} %** in look-up tables.`}`,
      ...(timed === undefined ? [] : [timed]),
    ],
    figures,
    tables: [
      {
        caption: 'Estimate and count; the error is in percent of what Yosys counts.',
        ...boldTotals(estimateTable(result), result),
      },
    ],
  };
}
