/** The kinds of reference vectors: the folder that they are in, and what runs them. */
import { apfixed } from './apfixed.ts';
import { autograd } from './autograd.ts';
import { hls4ml } from './hls4ml.ts';
import { jets } from './jets.ts';
import { networks } from './networks.ts';
import type { ConformanceKind } from './result.ts';
import { streams } from './streams.ts';

export interface KindOfVectors {
  readonly folder: string;
  readonly run: ConformanceKind;
  /** There is no copy in fixtures/, since the vectors refer to files of others. */
  readonly notCopied?: true;
}

export const kinds: Readonly<Record<string, KindOfVectors>> = {
  apfixed: { folder: 'apfixed', run: apfixed },
  hls4ml: { folder: 'hls4ml', run: hls4ml },
  networks: { folder: 'networks', run: networks },
  streams: { folder: 'networks', run: streams },
  autograd: { folder: 'autograd', run: autograd },
  jets: { folder: 'jets', run: jets, notCopied: true },
};
