/**
 * The HTML report of an audit, for a reader who knows neither the tool nor its words: the verdict in one sentence, then
 * what it means, what it rests on, and how to repeat it. A difference comes before everything else.
 */
import { type Cell, formatNumber, htmlReport, type ReportSection, type Table } from '../../report/index.ts';
import { type AuditResult, type Difference, isOfStreams, openCount, type Verdict } from './audit-result.ts';
import { chainFigure, type LinkName, linkNames } from './figures.ts';
import { delayText, METHOD_TEXTS, powerOfTwo, TRUSTED, verdictText } from './sentences.ts';
import { differenceTable, METHODS, moduleTable, SUM, testTable } from './tables.ts';

const tones = { proved: 'good', different: 'bad', open: 'undecided' } as const satisfies Record<Verdict, string>;
const words: Readonly<Record<Verdict, string>> = { proved: 'Proved', different: 'Different', open: 'Not proved' };

/** Write an audit as one self-contained HTML page. */
export function auditReport(result: AuditResult): string {
  const { design, folder, seconds, verdict, difference } = result;
  const { model, top, part, clockMHz, latencyCycles, initiationInterval, inputBits, outputBits } = design;
  return htmlReport({
    title: `Audit of ${model}`,
    summary: `**${words[verdict]}.** ${verdictText(result, (name) => `\`${name}\``)}`,
    tone: tones[verdict],
    facts: [
      ['folder', `\`${folder}\``],
      ['design', `module \`${top}\`, ${inputBits} input bits, ${outputBits} output bits`],
      ...(part === null
        ? []
        : [['target', `${part}${clockMHz === null ? '' : `, scheduled for ${clockMHz} MHz`}`] as const]),
      [
        'pipeline',
        `${verdict === 'proved' || part === null ? '' : 'by its manifest, '}${pipelineText(latencyCycles, initiationInterval)}`,
      ],
      [
        'time',
        `${secondsText(seconds.proof)} for the proof, ${secondsText(seconds.yosys)} for Yosys to read the Verilog, ${secondsText(seconds.total)} in all`,
      ],
    ],
    sections: [
      ...(difference === null ? [] : [differenceSection(difference)]),
      ...(verdict === 'open' ? [openSection(result)] : []),
      claimSection(result),
      testSection(result),
      { heading: 'What the proof rests on', paragraphs: TRUSTED },
      repeatSection(result),
    ],
  });
}

function pipelineText(latencyCycles: number, initiationInterval: number): string {
  if (latencyCycles === 0) return 'none: the outputs follow the inputs within the clock cycle';
  const pace = initiationInterval === 1 ? 'every clock cycle' : `every ${initiationInterval} clock cycles`;
  return `the result comes ${delayText(latencyCycles)}; a new input may come ${pace}`;
}

function secondsText(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

/** Values of a port on one line of a listing. */
const CODES_PER_LINE = 12;

function differenceSection(difference: Difference): ReportSection {
  const { inputs, files } = difference;
  const ports = Object.entries(inputs);
  return {
    heading: 'The difference',
    paragraphs: [placeText(difference), shownText(files)],
    tables: [
      { caption: 'The claim that fails, and the codes at the first wrong wire.', ...differenceTable(difference) },
    ],
    code: [
      ports.length > 0
        ? {
            caption: 'The input that shows it: codes by input port, element 0 first.',
            text: ports.map(([port, codes]) => portText(port, codes)).join('\n'),
          }
        : { text: 'No input of the whole design was found that shows it.' },
    ],
  };
}

/** Where the difference is, and how to read the values. */
function placeText({ claim, wire, module, expected, found }: Difference): string {
  const place =
    claim === 'circuit = model'
      ? `\`${wire}\` is the output element that was found to be wrong, and \`${module}\` the first layer in which anything is wrong.`
      : `In the order of the pipeline, \`${wire}\` in module \`${module}\` is the first wire that is wrong; what follows it may be wrong because of it.`;
  const timing = expected === found ? ' Its value is right and comes in the wrong cycle.' : '';
  return `${place}${timing} Values are codes: the integers on the wires, before the binary point of their format is set.`;
}

/** How to see the difference in a simulator. */
function shownText(files: readonly string[]): string {
  if (files.length === 0) return 'No files were made to show it.';
  const wave = files.find((file) => file.endsWith('.vcd'));
  const waves = wave === undefined ? '' : ` \`counterexample/${wave}\` is the waveform of such a run.`;
  return `The folder \`counterexample/\` beside this page stands alone: it holds the audited Verilog and a test bench with the input below. \`make\` in it runs both in Icarus Verilog and fails while an output differs.${waves}`;
}

function portText(port: string, codes: readonly string[]): string {
  const width = Math.max(...codes.map((code) => code.length));
  const lines: string[] = [];
  for (let k = 0; k < codes.length; k += CODES_PER_LINE) {
    const line = codes.slice(k, k + CODES_PER_LINE).map((code) => code.padStart(width));
    lines.push(`${`${port}[${k}]`.padEnd(port.length + 6)}  ${line.join('  ')}`);
  }
  return lines.join('\n');
}

function listText(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)!}`;
}

function openSection(result: AuditResult): ReportSection {
  const { claims, bounds } = result;
  const open = claims.flatMap(({ name, modules }) =>
    modules.map((module) => ({ name, module, open: openCount(module) })),
  );
  return {
    heading: 'What is open',
    paragraphs: [
      `An equality is **open** when the search came to its bound, ${formatNumber(bounds.conflicts)} conflicts, without an answer. It may hold or not. A higher bound (\`--conflicts\`) may close it.`,
      ...(isOfStreams(result)
        ? [
            'Of a stream design the control of its stages, its FIFOs and what joins them are open whatever the bound: no rule of proof speaks of them yet, and they were simulated only.',
          ]
        : []),
    ],
    tables: [
      {
        caption: 'Modules with open equalities.',
        columns: [{ header: 'claim' }, { header: 'module' }, { header: 'open' }, { header: 'of' }],
        rows: open
          .filter((row) => row.open > 0)
          .map(({ name, module, open: count }) => [name, module.module, count, module.outputs]),
      },
    ],
  };
}

function claimSection(result: AuditResult): ReportSection {
  const figure = chainFigure(result);
  const used = METHODS.filter((method) =>
    result.claims.some(({ modules }) => modules.some(({ methods }) => (methods[method] ?? 0) > 0)),
  );
  const isAll = result.verdict === 'proved';
  return {
    heading: isAll ? 'What was proved' : 'What was proved and what was not',
    paragraphs: [
      `${comparedText(result)} Equal means equal for **all** ${isOfStreams(result) ? 'inputs of a module by itself' : `${powerOfTwo(result.design.inputBits)} inputs`}, to the bit and to the clock cycle; it was not sampled.`,
    ],
    figures: figure === null ? [] : [figure],
    ...(used.length > 0 && {
      tables: [
        {
          caption: 'The rules that closed the equalities.',
          columns: [{ header: 'rule' }, { header: 'what it means that an equality was closed by it' }],
          rows: used.map((method) => [`**${method}**`, METHOD_TEXTS[method]]),
        },
      ],
    }),
    sections: result.claims.map((claim) => ({
      heading: `${claim.name}: ${claim.verdict}`,
      paragraphs: [[...claim.notes, `This took ${secondsText(claim.seconds)}.`].join(' ')],
      tables: [{ caption: 'Outputs of each module, by the rule that closed them.', ...boldRows(moduleTable(claim)) }],
    })),
  };
}

/** Write the sum in bold, and every verdict that is bad news. */
function boldRows(table: Table): Table {
  const bold = (cell: Cell): Cell =>
    typeof cell === 'number' || (typeof cell === 'string' && cell !== '') ? `**${cell}**` : cell;
  return {
    ...table,
    rows: table.rows.map((row) =>
      row[0] === SUM
        ? row.map(bold)
        : row.map((cell, k) => (k === row.length - 1 && cell !== 'proved' ? bold(cell) : cell)),
    ),
  };
}

/** What stands for what in the chain, for a reader who meets these words for the first time. */
function comparedText(result: AuditResult): string {
  const { model, verilog } = result.sources;
  const texts: Readonly<Record<LinkName, string>> = {
    model: `the **model** (\`${model}\`, the trained network with its number formats)`,
    circuit: 'the **circuit** (its exact integer arithmetic, without a clock)',
    netlist: 'the **netlist** (the circuit cut into pipeline stages by registers)',
    Verilog: `the **Verilog** (\`${verilog}\`, as Yosys reads it)`,
  };
  const names = linkNames(result).map((name) => texts[name]);
  return names.length > 2
    ? `The way from the model to the Verilog has intermediate forms, and each is compared with the one before, module by module: ${listText(names)}. What nothing reads is not built and is not counted.`
    : `Two things were compared: ${listText(names)}.`;
}

function testSection(result: AuditResult): ReportSection {
  const { tested, verdict } = result;
  if (tested.length === 0) return { heading: 'What was only tested', paragraphs: ['Nothing was simulated.'] };
  const unseen = verdict === 'different' && tested.every(({ mismatches }) => mismatches === 0);
  const remark =
    verdict === 'proved'
      ? 'Their use beside the proof is a second opinion.'
      : unseen
        ? 'None of these vectors shows the difference.'
        : '';
  return {
    heading: 'What was only tested',
    paragraphs: [`These are simulations of some vectors and say nothing about any other. ${remark}`.trimEnd()],
    tables: [{ caption: 'Simulations beside the proof.', ...testTable(result) }],
  };
}

function repeatSection({ bounds, command, hashes, tools }: AuditResult): ReportSection {
  return {
    heading: 'How to repeat it',
    paragraphs: [
      `A rule may compare a function of one value for at most ${formatNumber(bounds.enumeratedCodes)} codes; a search may run into at most ${formatNumber(bounds.conflicts)} conflicts before its equality counts as open. The same folder, bounds and versions give the same answers.`,
    ],
    code: [{ text: command }],
    sections: [
      {
        heading: 'Versions',
        tables: [
          {
            caption: 'Programs that took part.',
            columns: [{ header: 'program' }, { header: 'version' }],
            rows: Object.entries(tools),
          },
        ],
      },
      {
        heading: 'Hashes',
        paragraphs: [hashesText(hashes)],
        tables: [
          {
            caption: 'SHA-256 of what was audited.',
            columns: [{ header: 'of' }, { header: 'SHA-256' }],
            rows: Object.entries(hashes).map(([of, hash]) => [of, `\`${hash}\``]),
          },
        ],
      },
    ],
  };
}

/** How a second person gets the same hashes. */
function hashesText(hashes: AuditResult['hashes']): string {
  const joined =
    'Several files are hashed as one: in the order of their names, each as its name, a line end, its length in bytes, a line end, and its bytes.';
  const circuit = isOfStreams({ hashes }) ? '`model/streams.json`, `model/schedules.json`' : '`model/circuit.json`';
  return Object.hasOwn(hashes, 'netlist')
    ? `\`sha256sum\` prints those of \`model/network.json\`, \`model/compile.json\`, ${circuit} and \`manifest.json\`; the manifest has one for every file. ${joined} The netlist, which is no file, is hashed as JSON with sorted keys.`
    : 'Model and options are hashed as this package writes them, the Verilog files and the memory files as one text each.';
}
