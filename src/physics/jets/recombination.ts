/**
 * The loop of sequential recombination on nearest neighbours.
 *
 * The least d_ij = min(s_i, s_j)·ΔR_ij² is always that of a member and its nearest neighbour (Cacciari, Salam,
 * hep-ph/0512210), so one neighbour within R is kept for each; without one the distance is that to the beam, s_i·R².
 * Neighbours are looked for in tiles and the least distance by a tournament: a step costs about as much as there are
 * members in a few tiles, whatever the size of the event.
 */
import { azimuthOf, planeDistanceSquared, rapidityOf } from './direction.ts';
import { createTiling, enterTile, leaveTile, tilesAround, type Tiling } from './tiles.ts';
import { createTournament, type Tournament, tournamentSet, tournamentWinner } from './tournament.ts';

/** Members to recombine, in GeV; a sum takes the place of one of its two parts. */
export interface Members {
  readonly px: Float64Array;
  readonly py: Float64Array;
  readonly pz: Float64Array;
  readonly energy: Float64Array;
}

export interface Recombined {
  /** Places whose final sums are the jets, in the order in which they were found. */
  readonly jets: Int32Array;
  /** The next of the original members of the same jet; a jet's list starts with its place and ends with −1. */
  readonly following: Int32Array;
}

interface Plane extends Members {
  readonly rapidity: Float64Array;
  readonly phi: Float64Array;
  /** pT^2p. */
  readonly scale: Float64Array;
  /** Nearest neighbour, −1 where none is nearer than R. */
  readonly nearest: Int32Array;
  /** ΔR² to the nearest neighbour, R² without one. */
  readonly distance: Float64Array;
  /** R². */
  readonly reach: number;
}

interface State extends Plane {
  readonly tiling: Tiling;
  readonly least: Tournament;
}

/**
 * Recombine members until all are jets.
 *
 * @param members - none of them null; sums are written over them
 * @param scaleOf - pT^2p from pT², finite
 * @param radius - R, above 0
 */
export function recombine(members: Members, scaleOf: (ptSquared: number) => number, radius: number): Recombined {
  const count = members.px.length;
  const jets = new Int32Array(count);
  const following = new Int32Array(count).fill(-1);
  if (count === 0) return { jets, following };
  const state = createState(members, scaleOf, radius);
  const { px, py, pz, energy, nearest, tiling, least } = state;
  const last = new Int32Array(count);
  for (let i = 0; i < count; i++) last[i] = i;
  let found = 0;
  for (let left = count; left > 0; left--) {
    const a = tournamentWinner(least);
    const b = nearest[a]!;
    leaveTile(tiling, a);
    tournamentSet(least, a, Infinity);
    if (b < 0) {
      jets[found++] = a;
      bereave(state, tiling.tileOf[a]!, a, a);
      continue;
    }
    leaveTile(tiling, b);
    bereave(state, tiling.tileOf[a]!, a, b);
    if (tiling.tileOf[b] !== tiling.tileOf[a]) bereave(state, tiling.tileOf[b]!, a, b);
    px[b]! += px[a]!;
    py[b]! += py[a]!;
    pz[b]! += pz[a]!;
    energy[b]! += energy[a]!;
    following[last[b]!] = a;
    last[b] = last[a]!;
    locate(state, b, scaleOf);
    enterTile(tiling, b, state.rapidity[b]!, state.phi[b]!);
    introduce(state, b);
  }
  return { jets: jets.subarray(0, found), following };
}

function createState(members: Members, scaleOf: (ptSquared: number) => number, radius: number): State {
  const count = members.px.length;
  const plane = {
    ...members,
    rapidity: new Float64Array(count),
    phi: new Float64Array(count),
    scale: new Float64Array(count),
    nearest: new Int32Array(count),
    distance: new Float64Array(count),
    reach: radius * radius,
  };
  for (let i = 0; i < count; i++) locate(plane, i, scaleOf);
  const state = { ...plane, tiling: createTiling(plane.rapidity, radius) };
  for (let i = 0; i < count; i++) enterTile(state.tiling, i, state.rapidity[i]!, state.phi[i]!);
  const distances = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    searchNearest(state, i);
    distances[i] = scaledDistance(state, i);
  }
  return { ...state, least: createTournament(distances) };
}

/** Compute where a member lies and what its distances are scaled with. */
function locate(plane: Plane, i: number, scaleOf: (ptSquared: number) => number): void {
  const { px, py, pz, energy, rapidity, phi, scale } = plane;
  rapidity[i] = rapidityOf(px[i]!, py[i]!, pz[i]!, energy[i]!);
  phi[i] = azimuthOf(px[i]!, py[i]!);
  scale[i] = scaleOf(px[i]! * px[i]! + py[i]! * py[i]!);
}

/** Return the distance at which a member recombines with its nearest neighbour, or with the beam. */
function scaledDistance({ scale, nearest, distance }: Plane, i: number): number {
  const near = nearest[i]!;
  const least = near >= 0 && scale[near]! < scale[i]! ? scale[near]! : scale[i]!;
  return least * distance[i]!;
}

/** Find the nearest neighbour of a member. */
function searchNearest(plane: Plane & { readonly tiling: Tiling }, i: number): void {
  const { rapidity, phi, nearest, distance, reach, tiling } = plane;
  const { around, heads, next } = tiling;
  const y = rapidity[i]!;
  const azimuth = phi[i]!;
  let near = -1;
  let nearDistance = reach;
  const first = tiling.tileOf[i]! * tilesAround;
  for (let k = first; k < first + tilesAround; k++) {
    for (let j = heads[around[k]!]!; j >= 0; j = next[j]!) {
      if (j === i) continue;
      const d = planeDistanceSquared(y, azimuth, rapidity[j]!, phi[j]!);
      if (d < nearDistance) {
        nearDistance = d;
        near = j;
      }
    }
  }
  nearest[i] = near;
  distance[i] = nearDistance;
}

/** Find the nearest neighbour of a new member, and let it become the nearest of others. */
function introduce(state: State, i: number): void {
  const { rapidity, phi, nearest, distance, reach, tiling, least } = state;
  const { around, heads, next } = tiling;
  const y = rapidity[i]!;
  const azimuth = phi[i]!;
  let near = -1;
  let nearDistance = reach;
  const first = tiling.tileOf[i]! * tilesAround;
  for (let k = first; k < first + tilesAround; k++) {
    for (let j = heads[around[k]!]!; j >= 0; j = next[j]!) {
      if (j === i) continue;
      const d = planeDistanceSquared(y, azimuth, rapidity[j]!, phi[j]!);
      if (d < nearDistance) {
        nearDistance = d;
        near = j;
      }
      if (d < distance[j]!) {
        distance[j] = d;
        nearest[j] = i;
        tournamentSet(least, j, scaledDistance(state, j));
      }
    }
  }
  nearest[i] = near;
  distance[i] = nearDistance;
  tournamentSet(least, i, scaledDistance(state, i));
}

/** Give those around a tile whose nearest neighbour was `a` or `b`, which are gone, another one. */
function bereave(state: State, tile: number, a: number, b: number): void {
  const { nearest, tiling, least } = state;
  const { around, heads, next } = tiling;
  const first = tile * tilesAround;
  for (let k = first; k < first + tilesAround; k++) {
    for (let i = heads[around[k]!]!; i >= 0; i = next[i]!) {
      if (nearest[i] !== a && nearest[i] !== b) continue;
      searchNearest(state, i);
      tournamentSet(least, i, scaledDistance(state, i));
    }
  }
}
