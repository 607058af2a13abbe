/**
 * Jets: cluster the event that a file names with the algorithm and radius of its name, and compare with FastJet's
 * inclusive jets of pT ≥ 5 GeV in falling pT: constituents exactly, four-vectors to 1e-9 relative.
 *
 * A file is called `EVENT.ALGORITHM.R<radius>.csv`; its event is `EVENT.dat`, lines of px py pz E in GeV and comments
 * that start with #. A case is a jet that is expected or found.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterJets, emptyMomenta, type FourMomenta, type Jet, type JetAlgorithm } from '../../src/physics/index.ts';
import type { FileResult } from './result.ts';

const minPt = 5;
const tolerance = 1e-9;

/**
 * Run all jets below `<directory>/jets`. Their events are in `events`; without it they lie beside the vectors, in
 * `<directory>/../data/events` or in ../shared/data/events, whichever has the file first.
 */
export function* jets(directory: string, events?: string): Iterable<FileResult> {
  const folder = join(directory, 'jets');
  const places = events === undefined ? [folder, join(directory, '../data/events'), '../shared/data/events'] : [events];
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .toSorted()) {
    yield compareJets(file, expectedJets(readFileSync(join(folder, file), 'utf8')), places);
  }
}

function compareJets(file: string, expected: readonly Jet[], places: readonly string[]): FileResult {
  const match = /^(.+)\.(antikt|cambridge|kt)\.R(\d+(?:\.\d+)?)\.csv$/.exec(file);
  const event = places.map((place) => join(place, `${match?.[1]}.dat`)).find((path) => existsSync(path));
  if (match === null || event === undefined) {
    const firstFailure =
      match === null
        ? 'the name is not EVENT.ALGORITHM.R<radius>.csv'
        : `the event file ${match[1]}.dat is not in ${places.join(', ')}`;
    const cases = Math.max(1, expected.length);
    return { file, cases, passed: 0, failed: cases, unsupported: 0, firstFailure };
  }
  const found = clusterJets(readEvent(event), {
    algorithm: match[2] as JetAlgorithm,
    radius: Number(match[3]),
    minPt,
  });
  const cases = Math.max(expected.length, found.length);
  const failures = Array.from({ length: cases }, (_, k) => difference(expected[k], found[k])).flatMap((text, k) =>
    text === null ? [] : [`jet ${k}: ${text}`],
  );
  return {
    file,
    cases,
    passed: cases - failures.length,
    failed: failures.length,
    unsupported: 0,
    firstFailure: failures[0] ?? null,
  };
}

/** Say how two jets differ, or null. */
function difference(expected: Jet | undefined, found: Jet | undefined): string | null {
  if (expected === undefined) return `found with constituents ${found!.constituents.join(' ')}, but not expected`;
  if (found === undefined) return `expected with constituents ${expected.constituents.join(' ')}, but not found`;
  if (expected.constituents.join(' ') !== found.constituents.join(' ')) {
    return `expected constituents ${expected.constituents.join(' ')}, found ${found.constituents.join(' ')}`;
  }
  for (const name of ['px', 'py', 'pz', 'energy'] as const) {
    if (!(Math.abs(found[name] - expected[name]) <= tolerance * Math.abs(expected[name]))) {
      return `expected ${name} = ${expected[name]}, found ${found[name]}`;
    }
  }
  return null;
}

function dataLines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

function expectedJets(text: string): Jet[] {
  return dataLines(text).map((line) => {
    const [px, py, pz, energy, constituents] = line.split(',');
    return {
      px: Number(px),
      py: Number(py),
      pz: Number(pz),
      energy: Number(energy),
      constituents: Int32Array.from(constituents!.trim().split(/\s+/), Number),
    };
  });
}

function readEvent(path: string): FourMomenta {
  const lines = dataLines(readFileSync(path, 'utf8'));
  const momenta = emptyMomenta(lines.length);
  lines.forEach((line, i) => {
    const [px, py, pz, energy] = line.trim().split(/\s+/).map(Number);
    momenta.px[i] = px!;
    momenta.py[i] = py!;
    momenta.pz[i] = pz!;
    momenta.energy[i] = energy!;
  });
  return momenta;
}
