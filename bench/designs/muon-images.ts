/**
 * Images of a toy of the RPC muon trigger: 9 detector layers × 384 strips in η, or the 16 strips around a track.
 *
 * A muon leaves the vertex, scatters once before the chambers and bends in R–z behind R = 5 m, so that the deflection
 * tells its transverse momentum; layers miss it, light several strips, and every pixel can be noise. Some images hold noise
 * alone. The figures are those of a public toy of such a trigger; the experiment's own data are not public, so what a
 * network reaches here says whether it has learnt, not how it would do there. `Math.asinh` and its kin may differ in the
 * last bit between engines, which can move a hit by one strip.
 */
import type { RandomStream } from '../../src/random/index.ts';
import { type Tensor, tensor } from '../../src/tensor/index.ts';

export const MUON_LAYERS = 9;
export const MUON_STRIPS = 384;

/** Radii of the layers in metres. */
const RADII: readonly number[] = [4.7, 4.73, 4.76, 6.8, 6.83, 7.5, 7.53, 9.8, 9.83];
/** η of the right edge of an image. */
const ETA_END = 1.05;
/** Width of a strip in metres. */
const STRIP = 0.03;
const VERTEX_SIGMA = 0.05;
const SCATTERING_RADIUS = 4.3;
/** Angle of multiple scattering times momentum, in GeV. */
const SCATTERING = 0.0136 * Math.sqrt(110) * 1.18;
const FIELD_RADIUS = 5;
/** Bending in radians per metre times momentum in GeV: 0.5 T. */
const BENDING = 0.15;
const EFFICIENCY = 0.95;
const PIXEL_NOISE = 0.003;
const NOISE_ONLY = 0.35;
/** Metres along the track between two points of it. */
const STEP = 0.02;

/** Largest transverse momentum in GeV, and the unit of targets. */
export const MUON_MOMENTUM = 20;

export interface MuonImages {
  /** [events, 9, columns, 1], 0 or 1. */
  readonly images: Tensor;
  /** [events, 2]: transverse momentum over 20 GeV, and η in columns over their number; both 0 for noise alone. */
  readonly targets: Tensor;
}

/** Draw events. @param columns 384 for whole images, fewer for the window of that width with most hits */
export function muonImages(events: number, columns: number, random: RandomStream): MuonImages {
  const size = MUON_LAYERS * columns;
  const images = new Float32Array(events * size);
  const targets = new Float32Array(events * 2);
  const [tracks, noise] = [random.split('tracks'), random.split('noise')];
  for (let event = 0; event < events; event += 1) {
    const whole = noiseImage(noise);
    const muon = tracks.uniform() < NOISE_ONLY ? undefined : drawMuon(whole, tracks);
    const first = columns === MUON_STRIPS ? 0 : bestWindow(whole, columns);
    for (let layer = 0; layer < MUON_LAYERS; layer += 1) {
      const from = layer * MUON_STRIPS + first;
      images.set(whole.subarray(from, from + columns), event * size + layer * columns);
    }
    if (muon === undefined) continue;
    targets[2 * event] = muon.momentum / MUON_MOMENTUM;
    targets[2 * event + 1] = ((muon.eta / ETA_END) * MUON_STRIPS - first) / columns;
  }
  return {
    images: tensor(images, [events, MUON_LAYERS, columns, 1]),
    targets: tensor(targets, [events, 2]),
  };
}

function noiseImage(random: RandomStream): Float32Array {
  return Float32Array.from({ length: MUON_LAYERS * MUON_STRIPS }, () => (random.uniform() < PIXEL_NOISE ? 1 : 0));
}

/** Follow a muon through the layers and light its strips. */
function drawMuon(image: Float32Array, random: RandomStream): { readonly momentum: number; readonly eta: number } {
  const momentum = random.uniform(3, MUON_MOMENTUM);
  const eta = random.uniform(0.05, 1);
  const charge = random.uniform() < 0.5 ? -1 : 1;
  const total = momentum * Math.cosh(eta);
  let angle = Math.atan2(1, Math.sinh(eta));
  let radius = 0;
  let z = random.normal(0, VERTEX_SIGMA);
  let hasScattered = false;
  for (let layer = 0; layer < MUON_LAYERS;) {
    const [rise, run] = [STEP * Math.sin(angle), STEP * Math.cos(angle)];
    while (layer < MUON_LAYERS && RADII[layer]! <= radius + rise) {
      const share = (RADII[layer]! - radius) / rise;
      lightStrips(image, layer, z + share * run, random);
      layer += 1;
    }
    radius += rise;
    z += run;
    if (!hasScattered && radius >= SCATTERING_RADIUS) {
      angle += random.normal(0, SCATTERING / total);
      hasScattered = true;
    }
    if (radius > FIELD_RADIUS) angle += (charge * BENDING * STEP) / total;
  }
  return { momentum, eta };
}

/** Light one to three neighbouring strips around a point, or none. */
function lightStrips(image: Float32Array, layer: number, z: number, random: RandomStream): void {
  if (random.uniform() > EFFICIENCY) return;
  const strip = Math.floor(z / STRIP);
  const size = random.uniform();
  const side = z / STRIP - strip < 0.5 ? -1 : 1;
  const lit = size < 0.05 ? [-1, 0, 1] : size < 0.3 ? [0, side] : [0];
  for (const offset of lit) {
    const centre = (strip + offset + 0.5) * STRIP;
    const column = Math.floor((MUON_STRIPS * Math.asinh(centre / RADII[layer]!)) / ETA_END);
    if (column >= 0 && column < MUON_STRIPS) image[layer * MUON_STRIPS + column] = 1;
  }
}

/** First column of the window with hits in most layers; of these, the one with most hits near its middle. */
function bestWindow(image: Float32Array, columns: number): number {
  let best = 0;
  let most = -1;
  for (let first = 0; first + columns <= MUON_STRIPS; first += 1) {
    let score = 0;
    for (let layer = 0; layer < MUON_LAYERS; layer += 1) {
      let isHit = false;
      for (let k = 0; k < columns; k += 1) {
        if (image[layer * MUON_STRIPS + first + k] === 0) continue;
        isHit = true;
        score += 0.01 * (1 - Math.abs(2 * k - columns + 1) / columns);
      }
      if (isHit) score += 1;
    }
    if (score > most) [best, most] = [first, score];
  }
  return best;
}
