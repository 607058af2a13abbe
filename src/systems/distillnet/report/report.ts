/** The HTML report of a DistillNet run, to be read by a physicist who has not read the paper. */
import { htmlReport, type ReportFigure, type ReportSection, type Table } from '../../../report/index.ts';
import { type Checks, hasMismatch } from '../../checks.ts';
import type { HardwareResult } from '../../hardware.ts';
import { circuitTable } from './circuit-table.ts';
import { comparisonReasons, publishedComparison } from './comparison.ts';
import type { FigureName, Figures } from './figures.ts';
import { withError } from './measurement-text.ts';
import { referenceSource } from './reference.ts';
import {
  agreementTable,
  costTable,
  efficiencyTable,
  inferenceTable,
  jetTable,
  missingTable,
  uncorrectedJetTable,
} from './report-tables.ts';
import type { DistillNetSummary } from '../summary.ts';
import { sourceNames, type WeightSource } from '../evaluation/weight-sources.ts';

/** Write the report as one self-contained HTML page. */
export function distillNetReport(summary: DistillNetSummary, hardware: HardwareResult, figures: Figures): string {
  const { latencyNs, clockMHz, part } = summary.hardware;
  const isWrong = hasMismatch(summary.checks);
  const verdict = isWrong
    ? 'The evaluators of this design do not agree; see the section on checks.'
    : 'Every evaluator that ran gives the same bits in the same cycles.';
  return htmlReport({
    title: 'DistillNet: pileup weights in nanoseconds',
    summary: `A student network distilled from a graph teacher answers in ${latencyNs.toFixed(1)} ns at ${clockMHz} MHz. ${gainSentence(summary, 'fixed', 'missing')} ${verdict}`,
    ...(isWrong && { tone: 'bad' }),
    facts: [
      [
        'events',
        `${summary.evaluation.events} test events, ${summary.evaluation.particles} particles, seed ${summary.seed}, ${summary.mode} mode`,
      ],
      ['target', `${part} at ${clockMHz} MHz`],
      ...Object.entries(hardware.tools),
    ],
    sections: [
      introduction(summary),
      weights(summary, figures),
      missing(summary, figures),
      jets(summary, figures),
      gains(summary, figures),
      maps(figures),
      ablation(figures),
      costs(summary, figures),
      comparison(summary),
      circuit(summary, hardware, figures.timing),
      checks(summary),
      { heading: 'Training', figures: [figures.training] },
    ].filter((section) => section !== null),
  });
}

function introduction({ evaluation }: DistillNetSummary): ReportSection {
  const names = Object.keys(evaluation.sources) as WeightSource[];
  return {
    heading: 'The task in short',
    paragraphs: [
      'When two bunches of protons cross in a collider, one collision may be of interest, and dozens of others happen at the same time. What those leave in the detector is called **pileup**. Tracks of charged particles point back to their collision; neutral particles leave energy in the calorimeter only, and nobody sees directly which collision they came from.',
      'A **weight** between 0 (pileup) and 1 (collision of interest) is therefore given to every particle, and its momentum counts so much in all that follows. **Puppi** computes weights by a formula from the tracks around a particle. The **teacher**, a graph neural network, looks at a particle, its nearest neighbours and their features; it is the best and by far the slowest. A **student** is a small network that sees one particle with its Puppi weight, and is trained to say what the teacher says: that is distillation. **DistillNet** is the student in floating point; **QDistillNet** is a smaller one in 8-bit fixed point that becomes a circuit.',
      `Everything below is measured on ${evaluation.events} events that no network was trained on, with the same code for each source of weights. "On the gates" means the circuit's own output for every particle, bit for bit, so that its physics is that of the hardware and not of a float network.${names.includes('truth') ? ' "True weights" are the share of the collision of interest in each particle, which a generator knows: the limit of what weights can do with this detector.' : ''}`,
      'Two measures recur. The **response** of a quantity X is (X − generated X)/generated X; 0 is perfect. The **resolution** is half the distance between the quartiles of the responses, (q75 − q25)/2; small is good.',
    ],
  };
}

function weights({ evaluation }: DistillNetSummary, figures: Figures): ReportSection {
  return {
    heading: 'What the networks say about a particle',
    paragraphs: [
      'Puppi gives most particles exactly 0 or 1, the teacher whatever it finds likely. A student that repeats the teacher has the same distribution. It cannot repeat it exactly: what the teacher reads from the neighbours reaches the student only through the Puppi weight.',
    ],
    figures: [figures.weights],
    tables: [agreementTable(evaluation)],
  };
}

function missing(summary: DistillNetSummary, figures: Figures): ReportSection {
  return {
    heading: 'Missing momentum',
    paragraphs: [
      'Neutrinos leave no trace but the momentum that is missing: transverse momenta of all particles of a collision add up to zero, so what they lack was carried away. Every wrong weight adds to the error of this sum, which makes it the sharpest test of weights.',
      `${gainSentence(summary, 'teacher', 'missing')} ${gainSentence(summary, 'student', 'missing')} ${gainSentence(summary, 'fixed', 'missing')}`,
    ],
    figures: [figures.missing, figures.missingResponse, figures.resolution],
    tables: [missingTable(summary.evaluation)],
  };
}

function jets(summary: DistillNetSummary, figures: Figures): ReportSection {
  return {
    heading: 'Jets',
    paragraphs: [
      'A quark or gluon shows as a jet, a narrow spray of particles. Particles, each scaled by its weight, are clustered with the anti-kt algorithm (R = 0.4, above 15 GeV of transverse momentum), and each jet is compared with the jet of the same collision without pileup and detector. Pileup that is not removed adds energy to jets; weights below 1 for their own particles take energy away.',
      'A common loss of energy can be corrected, so the energy is first corrected by the median response of the same source in bins of 100 GeV, and the resolution after that is the main figure.',
      `${gainSentence(summary, 'teacher', 'jets')} ${gainSentence(summary, 'student', 'jets')} ${gainSentence(summary, 'fixed', 'jets')}`,
    ],
    figures: [figures.jetResponse, ...drawn(figures, 'jetResolution')],
    tables: [
      jetTable(summary.evaluation),
      uncorrectedJetTable(summary.evaluation),
      efficiencyTable(summary.evaluation),
    ],
  };
}

function gains({ evaluation }: DistillNetSummary, figures: Figures): ReportSection {
  const student = evaluation.sources.student?.missing?.ratioToTeacher;
  return {
    heading: 'Gains over Puppi',
    paragraphs: [
      'The gain is the number that the paper prints. It compares two resolutions on the same events, so it is known better than either. Its size depends on how much pileup there is and on what Puppi can do in the same detector: our percentages and the published ones stand beside each other for orientation, and are no comparison of the networks.',
      ...(student
        ? [
            `Compared with its teacher directly, DistillNet has ${withError(student, 2)} times the resolution of the missing momentum: what distillation loses.`,
          ]
        : []),
    ],
    figures: [figures.gains],
  };
}

function maps(figures: Figures): ReportSection | null {
  const shown = drawn(figures, 'mapPuppi', 'mapStudent', 'mapFixed');
  if (shown.length === 0) return null;
  return {
    heading: 'Where in the detector weights differ',
    paragraphs: [
      'A student may agree with its teacher on average and still leave too much in one region and too little in another. Horizontal bands would be a fault of the detector, vertical ones are regions of pseudorapidity in which a source of weights behaves differently; single cells far forward hold few particles and fluctuate.',
    ],
    figures: shown,
  };
}

function ablation(figures: Figures): ReportSection | null {
  const shown = drawn(figures, 'ablation');
  if (shown.length === 0) return null;
  return {
    heading: 'What the Puppi weight is worth',
    paragraphs: [
      'The paper reports that without the Puppi weight as an input little is transferred from the teacher. The same student was therefore trained once more with this input set to zero. What it loses, the Puppi weight carries.',
    ],
    figures: shown,
  };
}

function costs(summary: DistillNetSummary, figures: Figures): ReportSection {
  return {
    heading: 'What the networks cost',
    paragraphs: [
      'The teacher pays for its view of the neighbours with operations on every pair. A student costs the same for every particle, whatever is around it, and that makes a circuit with a fixed latency possible.',
    ],
    figures: drawn(figures, 'inference'),
    tables: [costTable(summary), ...(summary.inference === null ? [] : [inferenceTable(summary.inference)])],
  };
}

/** Pick the figures that are there. */
function drawn(figures: Figures, ...names: readonly FigureName[]): ReportFigure[] {
  return names.map((name) => figures[name]).filter((figure) => figure !== undefined);
}

const quantities = { missing: 'missing-momentum', jets: 'jet-energy' } as const;

/** Say what a source gains over Puppi, and whether that is more than chance. */
function gainSentence({ evaluation }: DistillNetSummary, source: WeightSource, quantity: 'missing' | 'jets'): string {
  const { missing: met, jets: jet } = evaluation.sources[source] ?? {};
  const gain = quantity === 'missing' ? met?.gain : jet?.corrected.gain;
  if (!gain) return '';
  const name = source === 'teacher' ? 'the teacher' : sourceNames[source];
  const subject = `With the weights of ${name} the ${quantities[quantity]} resolution`;
  if (Math.abs(gain.value) < 2 * gain.error)
    return `${subject} does not differ measurably from Puppi's (gain ${withError(gain, 1)} %).`;
  return gain.value > 0
    ? `${subject} is ${withError(gain, 1)} % better than Puppi's.`
    : `${subject} is ${withError({ value: -gain.value, error: gain.error }, 1)} % worse than Puppi's.`;
}

function comparison(summary: DistillNetSummary): ReportSection {
  return {
    heading: 'Beside the published numbers',
    paragraphs: [
      'Numbers of an architecture or of a clock can be compared directly. Numbers of physics cannot, unless the events are the same: gains over Puppi and accuracies depend on the pileup, on the detector and on the amount of training. Resources are estimates on our side and reports of a vendor tool on theirs.',
    ],
    tables: [
      {
        caption: `Ours and ${referenceSource}. "no" in the column "comparable" means that the two numbers measure different things; the number of the reason leads to the table below.`,
        ...publishedComparison(summary, true),
      },
      { caption: 'What each row compares, and why it is comparable or not.', ...comparisonReasons() },
    ],
  };
}

function circuit(summary: DistillNetSummary, hardware: HardwareResult, timing: ReportFigure): ReportSection {
  const { schedule, resources, graph } = hardware;
  const layers: Table = {
    columns: [{ header: 'module' }, { header: 'LUT' }, { header: 'FF' }, { header: 'DSP' }, { header: 'BRAM' }],
    rows: resources.perModule.map(({ module, lut, ff, dsp, bram }) => [module, lut, ff, dsp, bram]),
  };
  const stages: Table = {
    columns: [{ header: 'stage' }, { header: 'delay', unit: 'ns', decimals: 2 }, { header: 'slowest path' }],
    rows: schedule.paths.map(({ stage, delayNs, steps }) => [
      stage,
      delayNs,
      steps.length === 0
        ? ''
        : `${steps[0]!.layer}.${steps[0]!.label} … ${steps.at(-1)!.layer}.${steps.at(-1)!.label} (${steps.length} operations)`,
    ]),
  };
  return {
    heading: 'The circuit',
    paragraphs: [
      ...(summary.compact === null
        ? []
        : [
            'The **compact** QDistillNet is of the same size, trained once more with the cost of its adders in the loss and with a bit-width of its own for every value.',
          ]),
      `${graph.layers.length} layers, fully unrolled; a new particle can enter every ${summary.hardware.initiationInterval === 1 ? 'clock cycle' : `${summary.hardware.initiationInterval} cycles`}. The latency of ${summary.hardware.latencyCycles} cycles was measured in a clock-by-clock simulation. Resources are **estimates** counted over the netlist; no vendor tool has been run.`,
    ],
    figures: [timing],
    tables: [
      {
        caption:
          'Circuits of this run beside the published one, whose resources are a report of the vendor tool for an hls4ml design.',
        ...circuitTable(summary),
      },
      { caption: 'Resources of QDistillNet by module, estimated.', ...layers },
      {
        caption: `Slowest path of each pipeline stage by the delay model "${schedule.delayModel}"; the period is ${schedule.periodNs.toFixed(3)} ns.`,
        ...stages,
      },
    ],
  };
}

const checkNames: Readonly<Record<keyof Checks, string>> = {
  interpreterVsEmulation: 'exact interpreter and WebAssembly emulation, every layer',
  simulationVsEmulation: 'clocked netlist simulation and emulation',
  icarusVsSimulation: 'emitted Verilog in Icarus and our simulation, words and cycles',
  verilatorVsSimulation: 'emitted Verilog in Verilator and our simulation, words and cycles',
};

/** Say what was proved of the emitted text for all inputs. */
function proofSentence({ hardware }: DistillNetSummary): string {
  const { audit } = hardware.verification;
  if (audit === null) return 'A proof for all inputs was not asked for or not possible.';
  const claims = audit.claims.map(({ name, verdict, proved }) => `${name}: ${verdict} (${proved} equalities)`);
  return `What is claimed of the emitted Verilog **for all inputs**, read back through Yosys: ${claims.join('; ')}.`;
}

function checks(summary: DistillNetSummary): ReportSection {
  return {
    heading: 'Checks',
    paragraphs: [
      `The same vectors run through evaluators that share no arithmetic. These are tests on vectors. ${proofSentence(summary)}`,
      ...summary.skipped,
      ...summary.hardware.verification.skipped,
    ],
    tables: [
      {
        caption: 'Comparisons made in this run.',
        columns: [{ header: 'compared' }, { header: 'vectors' }, { header: 'mismatches' }],
        rows: (Object.keys(checkNames) as (keyof Checks)[]).map((key) => {
          const check = summary.checks[key];
          return [checkNames[key], check?.vectors ?? null, check?.mismatches ?? null];
        }),
      },
    ],
  };
}
