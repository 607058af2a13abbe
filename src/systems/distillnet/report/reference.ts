/**
 * What the paper prints, and which of our numbers may stand beside it.
 *
 * Source: "DistillNet", arXiv:2311.12551, and its public code; one page of numbers, copied as data.
 */

/** One published number beside ours. */
export interface ReferenceRow {
  readonly quantity: string;
  /** Null where the paper has no such number. */
  readonly published: number | null;
  readonly unit: string;
  /** Whether our number of the same name means the same thing. */
  readonly comparable: boolean;
  /** Why, or why not. */
  readonly note: string;
}

/** Where the numbers are from. */
export const referenceSource = 'arXiv:2311.12551 (DistillNet)';

const otherEvents =
  'same definition but other events: ours come from a generator of simple spectra (or from the files that were given), theirs from Pythia8 and Delphes at pileup 140';
const stricter =
  'ours alone: a bin that the student over-fills counts as much against it as one that it under-fills; the paper prints the mean of N_student/N_teacher';
const otherJets = `energy of matched jets after the correction of its scale; ${otherEvents}`;
const slots = 'for the 9000 particles to which published events are padded';
const otherMachine =
  'theirs on one thread of an Intel Xeon E5-2650 v4 for 9000 particles, ours on one thread of the machine of this run for the events of this run';
const vendorTool = 'theirs is a report of the vendor tool chain, ours a count by our own model of the same part';

/** The published figures. */
export const referenceRows: readonly ReferenceRow[] = [
  { quantity: 'float.accuracyAsPrinted', published: 98.9, unit: '%', comparable: false, note: otherEvents },
  { quantity: 'fixed.accuracyAsPrinted', published: 97.7, unit: '%', comparable: false, note: otherEvents },
  { quantity: 'puppi.accuracyAsPrinted', published: 96.6, unit: '%', comparable: false, note: otherEvents },
  { quantity: 'float.accuracy', published: null, unit: '%', comparable: false, note: stricter },
  { quantity: 'fixed.accuracy', published: null, unit: '%', comparable: false, note: stricter },
  { quantity: 'missing.gainTeacher', published: 10, unit: '%', comparable: false, note: otherEvents },
  {
    quantity: 'missing.gainStudent',
    published: 6.5,
    unit: '%',
    comparable: false,
    note: `${otherEvents}; printed as 6 to 7 %`,
  },
  {
    quantity: 'missing.gainFixed',
    published: null,
    unit: '%',
    comparable: false,
    note: 'ours alone: the paper gives physics for the float networks only',
  },
  { quantity: 'jets.gainTeacher', published: 18, unit: '%', comparable: false, note: otherJets },
  { quantity: 'jets.gainStudent', published: 12, unit: '%', comparable: false, note: otherJets },
  {
    quantity: 'jets.gainFixed',
    published: null,
    unit: '%',
    comparable: false,
    note: 'ours alone: the paper gives physics for the float networks only',
  },
  {
    quantity: 'teacher.parameters',
    published: 270_000,
    unit: '',
    comparable: false,
    note: 'theirs is ABCNet, ours a graph network of our own; the size follows from the configuration of the run',
  },
  {
    quantity: 'teacher.megaflop',
    published: 6590,
    unit: 'MFLOP/event',
    comparable: false,
    note: `${slots}; another network, and ours is counted without the search of neighbours`,
  },
  { quantity: 'student.megaflop', published: 188, unit: 'MFLOP/event', comparable: true, note: slots },
  {
    quantity: 'ratio.parameters',
    published: 27,
    unit: '',
    comparable: false,
    note: 'teacher over DistillNet; as different as the teachers',
  },
  {
    quantity: 'ratio.megaflop',
    published: 35,
    unit: '',
    comparable: false,
    note: 'teacher over DistillNet; as different as the teachers',
  },
  { quantity: 'cpu.teacherSeconds', published: 3, unit: 's/event', comparable: false, note: otherMachine },
  {
    quantity: 'cpu.speedup',
    published: 1000,
    unit: '',
    comparable: false,
    note: `teacher over DistillNet at its best batch, printed as "up to 10³"; ${otherMachine}`,
  },
  {
    quantity: 'student.parameters',
    published: 10625,
    unit: '',
    comparable: true,
    note: 'same architecture, counted with batch normalisation',
  },
  {
    quantity: 'quantized.parameters',
    published: 3265,
    unit: '',
    comparable: true,
    note: 'same architecture, counted with batch normalisation before folding',
  },
  {
    quantity: 'quantized.sparsity',
    published: 75,
    unit: '%',
    comparable: true,
    note: 'share of zero weights in dense kernels',
  },
  {
    quantity: 'hardware.latencyNs',
    published: 25,
    unit: 'ns',
    comparable: true,
    note: '6 cycles at 240 MHz; ours is measured in clock-by-clock simulation of our Verilog',
  },
  {
    quantity: 'hardware.initiationInterval',
    published: 1,
    unit: 'cycles',
    comparable: true,
    note: 'ours is measured in clock-by-clock simulation of our Verilog',
  },
  {
    quantity: 'hardware.resources.bram',
    published: 1,
    unit: '',
    comparable: false,
    note: `${vendorTool}; our sigmoid table may sit in LUTs`,
  },
  { quantity: 'hardware.resources.lut', published: 2379, unit: '', comparable: false, note: vendorTool },
  { quantity: 'hardware.resources.ff', published: 441, unit: '', comparable: false, note: vendorTool },
  { quantity: 'hardware.resources.dsp', published: 6, unit: '', comparable: false, note: vendorTool },
  {
    quantity: 'hardware.copies10Percent',
    published: 2,
    unit: '% of the part',
    comparable: false,
    note: `ten copies, printed as "less than 2 %"; ${vendorTool}`,
  },
];

/** Find the row of a quantity; undefined where the paper has no such number and neither have we. */
export function referenceRow(quantity: string): ReferenceRow | undefined {
  return referenceRows.find((row) => row.quantity === quantity);
}
