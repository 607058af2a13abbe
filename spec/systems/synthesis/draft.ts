/** A synthesis as data, for tables and reports that need no tool. */
import { device } from '../../../src/estimation/index.ts';
import type { ProjectSynthesis } from '../../../src/systems/index.ts';

const none = { lut: 0, ff: 0, dsp: 0, bram: 0, carry4: 0, carry8: 0 };

/** Two layers; the first is overestimated by a quarter, the second has no flip-flops. */
export const draftSynthesis: ProjectSynthesis = {
  model: 'draft',
  part: device('xc7z020'),
  clockMHz: 200,
  builtAs: 'pipeline',
  copies: 1,
  layers: [
    {
      layer: 'fc1',
      kind: 'dense',
      module: 'draft_fc1',
      yosys: { ...none, lut: 40_000, ff: 100, carry4: 7, carry8: 4, depth: 5 },
      estimate: { lut: 50_000, ff: 100, dsp: 0, bram: 0 },
      slowestNs: 4.25,
    },
    {
      layer: 'relu1',
      kind: 'relu',
      module: 'draft_relu1',
      yosys: { ...none, lut: 100, depth: 1 },
      estimate: { lut: 90, ff: 0, dsp: 0, bram: 0 },
      slowestNs: 3.5,
    },
    {
      layer: '(top)',
      kind: null,
      module: 'draft',
      yosys: { ...none, ff: 8, depth: null },
      estimate: { lut: 0, ff: 8, dsp: 0, bram: 0 },
      slowestNs: 3.5,
    },
  ],
  kept: { ...none, lut: 40_100, ff: 108, carry4: 7, carry8: 4, depth: 6 },
  flattened: { ...none, lut: 39_900, ff: 108, carry4: 7, carry8: 4, depth: 7 },
  estimate: { lut: 50_090, ff: 108, dsp: 0, bram: 0 },
  timing: {
    criticalNs: 4.25,
    periodNs: 5,
    path: [
      { module: 'draft_fc1', instance: 'u_fc1', net: 'x0_d1', kind: 'register', delayNs: 0.5 },
      { module: 'draft_fc1', instance: 'u_fc1', net: 'sum_d2', kind: 'register', delayNs: 3.75 },
    ],
  },
  ice40: null,
  notes: [],
  tool: 'Yosys 0.0',
  seconds: { layers: 1, flattened: 2 },
};

/** The design on an iCE40. */
export const draftPlacement = {
  part: 'up5k',
  logicCells: 2000,
  frameCells: 50,
  available: 5280,
  ram: [0, 30],
  clockMHz: 31.4,
  version: 'Yosys 0.0, nextpnr-ice40 0.0',
  seconds: 3,
} as const;
