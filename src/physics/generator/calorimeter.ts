/**
 * The calorimeter: a grid of towers in two layers, one for photons and electrons and one for hadrons.
 *
 * Towers are 0.088 × 2π/72 up to |η| = 3 and 0.167 × 2π/36 from there to 5, after the Delphes Phase-II card. A tower is a
 * number, and what its place fixes stands in tables, because an event asks for it thousands of times.
 *
 * Limits: no tower noise, no sharing of a shower between towers.
 */
import { coshScalar } from '../../tensor/index.ts';
import { wrapPhi } from '../angles.ts';
import { speciesCode } from './generated-particle.ts';

/** Where the towers end in |η|. */
export const calorimeterEdge = 5;

const fine = { inner: 0, outer: 3, rows: 34, columns: 72 };
const coarse = { inner: 3, outer: calorimeterEdge, rows: 12, columns: 36 };
const fineTowers = 2 * fine.rows * fine.columns;

/** Number of towers of one layer; towers of the hadronic layer follow those of the electromagnetic one. */
export const towersPerLayer: number = fineTowers + 2 * coarse.rows * coarse.columns;
/** Number of all towers. */
export const towerCount: number = 2 * towersPerLayer;

/** Number of the electromagnetic tower that contains a direction with |η| < 5. */
export function towerAt(eta: number, phi: number): number {
  const size = Math.abs(eta);
  const grid = size < fine.outer ? fine : coarse;
  const row = Math.min(grid.rows - 1, Math.floor(((size - grid.inner) / (grid.outer - grid.inner)) * grid.rows));
  const column = Math.min(grid.columns - 1, Math.floor(((wrapPhi(phi) + Math.PI) / (2 * Math.PI)) * grid.columns));
  const first = grid === fine ? 0 : fineTowers;
  const side = eta < 0 ? grid.rows : 0;
  return first + (side + row) * grid.columns + column;
}

/** Centres of the towers of one layer, and cosh η there. */
const centres = {
  eta: new Float64Array(towersPerLayer),
  phi: new Float64Array(towersPerLayer),
  cosh: new Float64Array(towersPerLayer),
};
let filled = 0;
for (const grid of [fine, coarse]) {
  for (let line = 0; line < 2 * grid.rows; line++) {
    const size = grid.inner + ((grid.outer - grid.inner) * ((line % grid.rows) + 0.5)) / grid.rows;
    const cosh = coshScalar(size);
    for (let column = 0; column < grid.columns; column++, filled++) {
      centres.eta[filled] = line < grid.rows ? size : -size;
      centres.phi[filled] = wrapPhi(-Math.PI + (2 * Math.PI * (column + 0.5)) / grid.columns);
      centres.cosh[filled] = cosh;
    }
  }
}

/** η of the centre of a tower. */
export function towerEta(tower: number): number {
  return centres.eta[tower % towersPerLayer]!;
}

/** φ in radians of the centre of a tower. */
export function towerPhi(tower: number): number {
  return centres.phi[tower % towersPerLayer]!;
}

/** Transverse momentum in GeV of a tower: its energy as if massless, E/cosh η. */
export function towerMomentum(tower: number, energy: number): number {
  return energy / centres.cosh[tower % towersPerLayer]!;
}

const photon = speciesCode('photon');
const neutralHadron = speciesCode('neutral hadron');

/** What a tower is taken for: a photon in the first layer, a neutral hadron in the second. */
export function towerSpecies(tower: number): number {
  return tower < towersPerLayer ? photon : neutralHadron;
}
