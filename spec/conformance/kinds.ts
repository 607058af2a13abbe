/** The kinds of reference vectors: the folder that they are in, and what runs them. */
import { apfixed } from './apfixed.ts';
import { autograd } from './autograd.ts';
import { hls4ml } from './hls4ml.ts';
import { networks } from './networks.ts';
import type { ConformanceKind } from './result.ts';
import { streams } from './streams.ts';

export const kinds: Readonly<Record<string, { readonly folder: string; readonly run: ConformanceKind }>> = {
  apfixed: { folder: 'apfixed', run: apfixed },
  hls4ml: { folder: 'hls4ml', run: hls4ml },
  networks: { folder: 'networks', run: networks },
  streams: { folder: 'networks', run: streams },
  autograd: { folder: 'autograd', run: autograd },
};
