/** What all claims of one proof share: the store of forms, the samples that tell forms apart, and the bounds. */
import { DEFAULT_BOUNDS } from './equality.ts';
import type { Bounds } from './equality.ts';
import { formStore } from './forms/index.ts';
import type { Form, FormStore } from './forms/index.ts';
import { referenceValues } from './reference-values.ts';
import type { ReferenceValues } from './reference-values.ts';
import { drawInputs, followSamples } from './samples.ts';
import type { Samples } from './samples.ts';

export interface ProofContext {
  readonly store: FormStore;
  /** A few samples, for a first look. */
  readonly samples: Samples;
  /** Many more, before a long search. */
  readonly manySamples: Samples;
  readonly references: ReferenceValues;
  readonly bounds: Bounds;
}

/** Samples that tell forms apart before anything is proven. */
const SAMPLES = 48;
const MANY_SAMPLES = 1024;

/** Start a proof. @defaultValue bounds: DEFAULT_BOUNDS */
export function proofContext(bounds: Bounds = DEFAULT_BOUNDS): ProofContext {
  const store = formStore();
  const samples = followSamples(SAMPLES, drawInputs(SAMPLES, 'samples'));
  const manySamples = followSamples(MANY_SAMPLES, drawInputs(MANY_SAMPLES, 'many samples'));
  return { store, samples, manySamples, references: referenceValues(store, samples, bounds), bounds };
}

/** The elements of an input port as atoms: raw codes of their formats. */
export function inputForms(
  { store }: ProofContext,
  name: string,
  ranges: readonly { readonly lo: bigint; readonly hi: bigint }[],
): readonly Form[] {
  return ranges.map(({ lo, hi }, k) => store.ofAtom(store.atom({ kind: 'input', name: `${name}[${k}]` }, lo, hi)));
}
