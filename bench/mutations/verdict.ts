/**
 * SEAM: what the proof says of an emitted text. To be filled with the prover; until then every edit stays open.
 */
import type { TextFile } from '../../src/verilog/index.ts';
import type { EmittedDesign } from './designs.ts';

/** The model that a text is held against, with the pipeline that was built of it. */
export type ProofReference = Pick<EmittedDesign, 'graph' | 'target' | 'pipeline'>;

export interface EmittedVerdict {
  /**
   * - `proved`: the text computes what the model computes, for all inputs.
   * - `different`: it does not.
   * - `open`: neither was shown within the bounds.
   * - `refused`: the reader rejects the text.
   */
  readonly verdict: 'proved' | 'different' | 'open' | 'refused';
  /** Raw codes by input, element 0 first, as decimal texts, for which text and model differ, where they are known. */
  readonly inputs?: Readonly<Record<string, readonly string[]>>;
  /** The verdict in a sentence. */
  readonly reason?: string;
}

/** Prove, or refute, that the files compute what the model computes. */
export async function proveEmitted(_reference: ProofReference, _files: readonly TextFile[]): Promise<EmittedVerdict> {
  return { verdict: 'open', reason: 'The prover is not connected yet.' };
}
