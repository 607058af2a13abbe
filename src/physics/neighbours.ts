/**
 * Neighbour search in the (η, φ) plane on a grid of cells, periodic in φ.
 *
 * An event has about a thousand particles (nine thousand at the full pileup of the HL-LHC), so comparing all pairs
 * would dominate every consumer. Cells are about as wide as the search radius: only a block of 3 × 3 is visited.
 * Neighbours are reported in ascending particle index, so that sums over them do not depend on the grid.
 */
import { ValueError } from '../errors.ts';
import { deltaPhi, wrapPhi } from './angles.ts';

/** A grid over (η, φ) holding particle indices in compressed rows. */
export interface CellGrid {
  readonly eta: Float64Array;
  readonly phi: Float64Array;
  readonly etaLow: number;
  readonly etaWidth: number;
  readonly phiWidth: number;
  readonly etaCells: number;
  readonly phiCells: number;
  /** Start of each cell in `members`, plus the end. */
  readonly starts: Int32Array;
  readonly members: Int32Array;
}

const maxEtaCells = 4096;

/**
 * Sort particles into cells at least `size` wide.
 *
 * @param eta - pseudorapidities, finite
 * @param phi - azimuths in radians, finite
 * @param size - wanted cell width, above 0
 * @param selected - indices to enter; all by default
 * @throws ValueError if `size` is not above 0
 */
export function cellGrid(eta: Float64Array, phi: Float64Array, size: number, selected?: Int32Array): CellGrid {
  if (!(size > 0)) throw new ValueError(`The cell size of a neighbour search is ${size}; it must be above 0.`);
  const indices = selected ?? Int32Array.from({ length: eta.length }, (_, i) => i);
  let low = Infinity;
  let high = -Infinity;
  for (const i of indices) {
    if (eta[i]! < low) low = eta[i]!;
    if (eta[i]! > high) high = eta[i]!;
  }
  if (indices.length === 0) low = high = 0;
  const etaCells = Math.max(1, Math.min(maxEtaCells, Math.floor((high - low) / size) + 1));
  const etaWidth = Math.max(size, (high - low) / etaCells);
  const phiCells = Math.max(1, Math.floor((2 * Math.PI) / size));
  const phiWidth = (2 * Math.PI) / phiCells;
  const grid = { eta, phi, etaLow: low, etaWidth, phiWidth, etaCells, phiCells };
  const starts = new Int32Array(etaCells * phiCells + 1);
  const cells = Int32Array.from(indices, (i) => {
    const cell = row(grid, eta[i]!) * phiCells + column(grid, phi[i]!);
    starts[cell + 1]!++;
    return cell;
  });
  for (let c = 0; c < etaCells * phiCells; c++) starts[c + 1]! += starts[c]!;
  const fill = starts.slice(0, -1);
  const members = new Int32Array(indices.length);
  indices.forEach((i, n) => {
    members[fill[cells[n]!]!++] = i;
  });
  return { ...grid, starts, members };
}

function row(grid: Omit<CellGrid, 'starts' | 'members'>, eta: number): number {
  return Math.max(0, Math.min(grid.etaCells - 1, Math.floor((eta - grid.etaLow) / grid.etaWidth)));
}

function column(grid: Omit<CellGrid, 'starts' | 'members'>, phi: number): number {
  return Math.min(grid.phiCells - 1, Math.floor((wrapPhi(phi) + Math.PI) / grid.phiWidth));
}

/**
 * List grid members in the cells that a circle of `radius` around (eta, phi) can touch: a superset of the neighbours.
 * Each member appears once, also where the circle wraps around in φ.
 */
function candidates(grid: CellGrid, eta: number, phi: number, radius: number): number[] {
  // Clamped in one direction only: a centre outside the grid must still see its border cells.
  const rowLow = Math.max(0, Math.floor((eta - radius - grid.etaLow) / grid.etaWidth));
  const rowHigh = Math.min(grid.etaCells - 1, Math.floor((eta + radius - grid.etaLow) / grid.etaWidth));
  const reach = Math.ceil(radius / grid.phiWidth);
  const whole = 2 * reach + 1 >= grid.phiCells;
  const centre = column(grid, phi);
  const found: number[] = [];
  for (let r = rowLow; r <= rowHigh; r++) {
    for (let step = whole ? 0 : -reach; step <= (whole ? grid.phiCells - 1 : reach); step++) {
      const c = whole ? step : (centre + step + grid.phiCells) % grid.phiCells;
      const cell = r * grid.phiCells + c;
      for (let m = grid.starts[cell]!; m < grid.starts[cell + 1]!; m++) found.push(grid.members[m]!);
    }
  }
  return found;
}

/** Return ΔR² = Δη² + Δφ² between two directions. */
export function distanceSquared(etaA: number, phiA: number, etaB: number, phiB: number): number {
  const dPhi = deltaPhi(phiA, phiB);
  return (etaA - etaB) * (etaA - etaB) + dPhi * dPhi;
}

/**
 * Find the grid members closer than `radius` to a direction, in ascending index.
 *
 * @param radius - exclusive limit on ΔR, above 0
 * @param above - exclusive lower limit on ΔR; by default none, so that a member at the same place counts
 */
export function neighboursWithin(grid: CellGrid, eta: number, phi: number, radius: number, above = -1): number[] {
  const lowest = above < 0 ? -1 : above * above;
  return candidates(grid, eta, phi, radius)
    .filter((j) => {
      const d2 = distanceSquared(eta, phi, grid.eta[j]!, grid.phi[j]!);
      return d2 < radius * radius && d2 > lowest;
    })
    .toSorted((a, b) => a - b);
}

/**
 * Find the `k` nearest other particles of each particle, nearest first (ties by index).
 *
 * Where an event has fewer than k other particles, the row is filled up with the particle itself, so that the table is
 * always full and an aggregate over neighbours sees nothing foreign.
 *
 * @returns row-major [count, k] indices
 * @throws ValueError if k is not a whole number above 0
 */
export function nearestNeighbours(eta: Float64Array, phi: Float64Array, k: number): Int32Array {
  if (!Number.isInteger(k) || k < 1)
    throw new ValueError(`The number of neighbours is ${k}; it must be a whole number above 0.`);
  const count = eta.length;
  const table = new Int32Array(count * k);
  if (count === 0) return table;
  // Start from the radius that holds about 2k particles at the mean density of the event, then widen where too few are found.
  let low = Infinity;
  let high = -Infinity;
  for (const e of eta) {
    if (e < low) low = e;
    if (e > high) high = e;
  }
  const area = Math.max(high - low, 0.1) * 2 * Math.PI;
  const start = Math.min(Math.PI, Math.sqrt((2 * k * area) / (Math.PI * count)));
  const grid = cellGrid(eta, phi, start / 2);
  const wanted = Math.min(k, count - 1);
  for (let i = 0; i < count; i++) {
    let radius = start;
    let near: { index: number; d2: number }[] = [];
    for (;;) {
      near = [];
      const limit = radius * radius;
      for (const j of candidates(grid, eta[i]!, phi[i]!, radius)) {
        if (j === i) continue;
        const d2 = distanceSquared(eta[i]!, phi[i]!, eta[j]!, phi[j]!);
        if (d2 < limit) near.push({ index: j, d2 });
      }
      if (near.length >= wanted) break;
      radius *= 2;
    }
    near.sort((a, b) => a.d2 - b.d2 || a.index - b.index);
    for (let n = 0; n < k; n++) table[i * k + n] = n < wanted ? near[n]!.index : i;
  }
  return table;
}
