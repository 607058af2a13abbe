/**
 * Speed of jet clustering: milliseconds an event against its size, for each algorithm and two radii.
 *
 *     npm run bench:jets [-- --json] [-- --smoke]
 *
 * Particles are those of generated events at pileup 140, as many events as it takes. The cases take their turns round
 * after round; given are the median of the rounds, their spread, and the fastest sample, which on a busy machine tells
 * what a free core does.
 */
import { clusterJets, emptyMomenta, fourMomenta, generateEvents } from '../src/physics/index.ts';
import type { FourMomenta, JetAlgorithm } from '../src/physics/index.ts';
import { harnessOptions, measureSpeeds, textTable } from './harness.ts';

const { json, smoke } = harnessOptions();
const sizes = smoke ? [100] : [100, 300, 1000, 3000, 9000];
const algorithms: readonly JetAlgorithm[] = ['antikt', 'cambridge', 'kt'];
const radii = [0.4, 1];

/** The first particles of as many events as hold so many, spread evenly over each event's order of momenta. */
function momentaOf(count: number): FourMomenta {
  const momenta = emptyMomenta(count);
  const events = generateEvents({ meanPileup: 140 }, 'bench jets', Math.ceil(count / 1500)).map((event) =>
    fourMomenta(event.particles),
  );
  const all = events.reduce((sum, event) => sum + event.count, 0);
  if (all < count) throw new Error(`${events.length} events hold ${all} particles, fewer than ${count}.`);
  for (const name of ['px', 'py', 'pz', 'energy'] as const) {
    const values = events.flatMap((event) => [...event[name]]);
    for (let i = 0; i < count; i++) momenta[name][i] = values[Math.floor((i * all) / count)]!;
  }
  return momenta;
}

const cases = sizes.flatMap((particles) => {
  const momenta = momentaOf(particles);
  return radii.flatMap((radius) => algorithms.map((algorithm) => ({ particles, radius, algorithm, momenta })));
});
const speeds = measureSpeeds(
  cases.map(({ momenta, algorithm, radius }) => ({ work: 1, run: () => clusterJets(momenta, { algorithm, radius }) })),
  smoke ? 1 : 5,
  smoke ? 5 : 100,
);
const rows = cases.map(({ particles, radius, algorithm }, k) => {
  const { median, least, greatest, fastestRun } = speeds[k]!;
  return {
    particles,
    radius,
    algorithm,
    milliseconds: { median: 1e3 / median, least: 1e3 / greatest, greatest: 1e3 / least, fastestRun: 1e3 / fastestRun },
  };
});

if (json) console.log(JSON.stringify({ benchmark: 'jets', rows }, null, 2));
else {
  console.log(
    textTable([
      ['particles', 'R', 'algorithm', 'ms/event', 'spread', 'fastest'],
      ...rows.map(({ particles, radius, algorithm, milliseconds: ms }) => [
        `${particles}`,
        `${radius}`,
        algorithm,
        ms.median.toFixed(3),
        `${ms.least.toFixed(3)} – ${ms.greatest.toFixed(3)}`,
        ms.fastestRun.toFixed(3),
      ]),
    ]),
  );
}
