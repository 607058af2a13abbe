/** Where the terms of a layer's sums lie in its patches. */
import type { Patches } from './windows.ts';

export interface PatchTerms {
  readonly patches: Patches;
  /** Elements of a position. */
  readonly channels: number;
  /** Outputs of each channel where every channel has its own (depthwise); undefined where outputs see all channels. */
  readonly outputsPerChannel: number | undefined;
}

/** Terms of one output in a patch. */
export function termsPerPatch({ patches, channels, outputsPerChannel }: PatchTerms): number {
  return patches.windows[0]!.length * (outputsPerChannel === undefined ? channels : 1);
}

/** The cell of a term. */
export function cellOf({ channels, outputsPerChannel }: PatchTerms, term: number): number {
  return outputsPerChannel === undefined ? Math.floor(term / channels) : term;
}

/** The element of a patch that is a term of an output; in the padding some element of the channel, which a mask covers. */
export function elementOf(terms: PatchTerms, window: number, term: number, output: number): number {
  const { patches, channels, outputsPerChannel } = terms;
  const position = Math.max(0, patches.windows[window]![cellOf(terms, term)]!);
  const channel = outputsPerChannel === undefined ? term % channels : Math.floor(output / outputsPerChannel);
  return position * channels + channel;
}
