/**
 * Pythia events as text: one particle a line as px py pz E in GeV, `#` before comments, `#SUBSTART` before each collision.
 *
 * The first collision is the hard one, the others are its pileup; a text without `#SUBSTART` is one hard collision. The
 * layout is that of FastJet's example events. It has no vertices and no identities: places along the beam are drawn from
 * the beam's spread, identities come from masses, see `pythia-species.ts` for what these cannot tell. Particles exactly
 * along the beam are left out: no detector sees them.
 */
import { FormatError, UnsupportedError } from '../../errors.ts';
import type { RandomStream } from '../../random/index.ts';
import { asinhScalar, atan2Scalar } from '../../tensor/index.ts';
import { generatorConfiguration } from '../generator/configuration.ts';
import type { Collision, GeneratedParticle } from '../generator/generated-particle.ts';
import { massSquared, type PrintedMomentum, printedSpecies } from './pythia-species.ts';
import type { RecordedCollisions, RecordedOptions } from './recorded-collisions.ts';

/**
 * Read the collisions of one event.
 *
 * @param stream - draws places along the beam, signs of charges, and identities that a mass leaves open
 * @throws FormatError naming the line that is wrong, or for no particles; UnsupportedError for more than one event
 */
export function pythiaCollisions(
  text: string,
  stream: RandomStream,
  options: RecordedOptions = {},
): RecordedCollisions {
  const { source = 'The text' } = options;
  const { beamSpread } = generatorConfiguration(
    options.beamSpread === undefined ? {} : { beamSpread: options.beamSpread },
  );
  const groups = printedCollisions(text, source);
  const species = stream.split('species');
  const vertices = stream.split('vertices');
  const collisions = groups.map((momenta): Collision => ({
    z: vertices.normal(0, beamSpread),
    particles: momenta.map((momentum) => particleOf(momentum, species)).filter((p) => p !== null),
  }));
  const [hard, ...pileup] = collisions;
  if (hard === undefined) throw new FormatError(`${source} holds no particles; each is a line of px py pz E.`);
  return { hard, pileup };
}

function particleOf(momentum: PrintedMomentum, stream: RandomStream): GeneratedParticle | null {
  const { px, py, pz } = momentum;
  const species = printedSpecies(momentum, stream);
  const pt = Math.sqrt(px * px + py * py);
  return pt === 0 ? null : { pt, eta: asinhScalar(pz / pt), phi: atan2Scalar(py, px), species };
}

/** Momenta by collision; a collision without particles is kept, the text before the first one is none. */
function printedCollisions(text: string, source: string): PrintedMomentum[][] {
  const collisions: PrintedMomentum[][] = [];
  let current: PrintedMomentum[] | undefined;
  let ended = false;
  text.split(/\r\n|\n|\r/).forEach((content, index) => {
    const line = content.trim();
    const starts = line.startsWith('#SUBSTART');
    if (line.startsWith('#END')) ended = true;
    if (line === '' || (line.startsWith('#') && !starts)) return;
    if (ended) {
      throw new UnsupportedError(
        `${source}, line ${index + 1} begins a second event behind #END; a file of one event is needed.`,
      );
    }
    if (starts || current === undefined) collisions.push((current = []));
    if (!starts) current.push(printedMomentum(line, `${source}, line ${index + 1}`));
  });
  return collisions;
}

function printedMomentum(line: string, where: string): PrintedMomentum {
  const words = line.split(/\s+/);
  const values = words.map(Number);
  const [px, py, pz, energy] = values;
  if (words.length !== 4 || !values.every(Number.isFinite)) {
    const shown = JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
    throw new FormatError(`${where} is ${shown}; it must be four finite numbers px py pz E.`);
  }
  // E² − p² moves by 2|E|·δE + 2|px|·δpx + …, each δ half a unit of the last digit; boosts lose some of the printed ones.
  const printed = words.reduce((sum, word, k) => sum + Math.abs(values[k]!) * lastDigit(word), 0);
  const tolerance = printed + 1e-12 * energy! * energy!;
  const momentum = { px: px!, py: py!, pz: pz!, energy: energy!, tolerance };
  if (energy! < 0) throw new FormatError(`${where} has E = ${energy} GeV; it must be 0 or more.`);
  const square = massSquared(momentum);
  if (square < -2 * tolerance) {
    throw new FormatError(`${where} has E² − p² = ${square} GeV²; it must be 0 or more, up to the printed digits.`);
  }
  return momentum;
}

/** The unit of the last printed digit of a number. */
function lastDigit(word: string): number {
  const [digits = '', exponent = '0'] = word.toLowerCase().split('e');
  const decimals = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0;
  return Number(`1e${Number(exponent) - decimals}`);
}
