/**
 * Tiles of the (rapidity, azimuth) plane at least R wide, each a doubly linked list of what lies in it: everything
 * nearer than R lies in the 3 × 3 tiles around.
 *
 * Lists, because every recombination takes two members out and puts one in. Azimuth has at least three columns, so that
 * the tiles around are different ones; where R is more than a third of a turn they are narrower, and all are visited.
 * The first and the last row reach to infinity.
 */
const fullTurn = 2 * Math.PI;

/** Rapidities beyond this share the outermost rows: particles along the beam must not make thousands of empty tiles. */
const outermost = 10;

/** Tiles visited for one: itself, its neighbours, and the empty tile in place of rows that are not there. */
export const tilesAround = 9;

export interface Tiling {
  readonly rows: number;
  readonly columns: number;
  /** Rapidity from which rows are counted; the first row holds what lies below, too. */
  readonly low: number;
  /** Width of a row in rapidity. */
  readonly width: number;
  /** First member of each tile, −1 for none; one more tile is always empty. */
  readonly heads: Int32Array;
  /** Next member of the same tile, −1 for none. */
  readonly next: Int32Array;
  /** Previous member of the same tile, −1 for none. */
  readonly previous: Int32Array;
  /** Tile of each member. */
  readonly tileOf: Int32Array;
  /** For each tile the tiles around, {@link tilesAround} each: itself first, then those at its sides and corners. */
  readonly around: Int32Array;
}

/**
 * Lay tiles for members at these rapidities.
 *
 * @param radius - least width of a tile, above 0
 */
export function createTiling(rapidity: Float64Array, radius: number): Tiling {
  const count = rapidity.length;
  let low = outermost;
  let high = -outermost;
  for (let i = 0; i < count; i++) {
    if (rapidity[i]! < low) low = rapidity[i]!;
    if (rapidity[i]! > high) high = rapidity[i]!;
  }
  low = Math.max(low, -outermost);
  high = Math.max(low, Math.min(high, outermost));
  // A little more than R, lest rounding put two tiles between neighbours; about one member a tile where R is small.
  const width = Math.max(radius * (1 + 1e-9), Math.sqrt((Math.max(1, high - low) * fullTurn) / Math.max(1, count)));
  const rows = Math.floor((high - low) / width) + 1;
  const columns = Math.max(3, Math.floor(fullTurn / width));
  const heads = new Int32Array(rows * columns + 1).fill(-1);
  return {
    rows,
    columns,
    low,
    width,
    heads,
    next: new Int32Array(count),
    previous: new Int32Array(count),
    tileOf: new Int32Array(count),
    around: surroundings(rows, columns),
  };
}

/** Steps in row and column to the tiles around. */
const steps: readonly (readonly [row: number, column: number])[] = [
  [0, 0],
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
  [-1, -1],
  [-1, 1],
  [1, -1],
  [1, 1],
];

function surroundings(rows: number, columns: number): Int32Array {
  const around = new Int32Array(rows * columns * tilesAround).fill(rows * columns);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at += tilesAround) {
      steps.forEach(([up, along], k) => {
        if (row + up < 0 || row + up >= rows) return;
        around[at + k] = (row + up) * columns + ((column + along + columns) % columns);
      });
    }
  }
  return around;
}

/**
 * Compute how far the tiles around a tile are from a place in it: what lies in them is not nearer.
 *
 * The distances are given a little short, lest rounding make a member of a tile nearer than the tile.
 *
 * @param gaps - written over with the squares of the distances, in the order of `around`
 */
export function measureGaps(tiling: Tiling, tile: number, rapidity: number, phi: number, gaps: Float64Array): void {
  const { columns, low, width } = tiling;
  const row = Math.floor(tile / columns);
  const column = tile - row * columns;
  const columnWidth = fullTurn / columns;
  const down = squareOfGap(rapidity - (low + row * width));
  const up = squareOfGap(low + (row + 1) * width - rapidity);
  const before = squareOfGap(phi - column * columnWidth);
  const after = squareOfGap((column + 1) * columnWidth - phi);
  gaps[0] = 0;
  gaps[1] = down;
  gaps[2] = up;
  gaps[3] = before;
  gaps[4] = after;
  gaps[5] = down + before;
  gaps[6] = down + after;
  gaps[7] = up + before;
  gaps[8] = up + after;
}

function squareOfGap(gap: number): number {
  return gap > 1e-9 ? (gap - 1e-9) * (gap - 1e-9) : 0;
}

/** Put a member at a rapidity and an azimuth in [0, 2π) into its tile, and return the tile. */
export function enterTile(tiling: Tiling, member: number, rapidity: number, phi: number): number {
  const { rows, columns, low, width, heads, next, previous, tileOf } = tiling;
  const row = Math.max(0, Math.min(rows - 1, Math.floor((rapidity - low) / width)));
  const column = Math.min(columns - 1, Math.floor((phi / fullTurn) * columns));
  const tile = row * columns + column;
  const head = heads[tile]!;
  next[member] = head;
  previous[member] = -1;
  if (head >= 0) previous[head] = member;
  heads[tile] = member;
  tileOf[member] = tile;
  return tile;
}

/** Take a member out of its tile. */
export function leaveTile(tiling: Tiling, member: number): void {
  const { heads, next, previous, tileOf } = tiling;
  const after = next[member]!;
  const before = previous[member]!;
  if (before >= 0) next[before] = after;
  else heads[tileOf[member]!] = after;
  if (after >= 0) previous[after] = before;
}
