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
  'same definition but other events: ours come from a toy generator at lower pileup, theirs from Pythia8 and Delphes at pileup 140';
const stricter =
  'ours alone: a bin that the student over-fills counts as much against it as one that it under-fills; the paper prints the mean of N_student/N_teacher';
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
];
