/**
 * How fast events are made on one core, and what the first steps after that cost: Puppi and the 20 nearest neighbours.
 *
 *     npx tsx bench/events.ts [--json] [--smoke]
 *
 * A case works on the same batch of events in every call, in interleaved rounds; seconds are those of the processor, the
 * garbage collector's included, so that other programs do not enter but by the caches that they share. Generating includes all that an event
 * holds: detector, truth weights, the twin without pileup, the generated momenta. The event of reference has about 1,500
 * particles, at 100 pileup collisions; 140 collisions are the density of the HL-LHC.
 */
import { cpus } from 'node:os';
import { generateEvents, type GeneratorOptions, nearestNeighbours, puppi } from '../src/physics/index.ts';
import { harnessOptions, textTable } from './harness.ts';
import { interleavedRates, spread, type TimedCalls } from './rounds.ts';

/** Mean pileup at which an event has about 1,500 particles. */
const REFERENCE_PILEUP = 100;
const NEIGHBOURS = 20;
const MILLION = 1e6;
const CORES = 2;

const options = harnessOptions();
const batch = options.smoke ? 2 : 10;
const rounds = options.smoke ? 1 : 9;
const roundMs = options.smoke ? 50 : 1000;

interface Task {
  readonly name: string;
  /** Mean number of particles per event. */
  readonly particles: number;
  /** Work through the batch once. */
  readonly run: () => unknown;
}

/** Call for about that long by the clock, and tell the seconds of the processor. */
function timed(run: () => unknown, milliseconds: number): TimedCalls {
  const end = performance.now() + milliseconds;
  const start = process.cpuUsage();
  let calls = 0;
  do {
    run();
    calls++;
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(start);
  return { calls, seconds: (user + system) / 1e6 };
}

const generate = (generator: GeneratorOptions): ReturnType<typeof generateEvents> =>
  generateEvents(generator, 'bench events', batch);
const particlesOf = (events: ReturnType<typeof generateEvents>): number =>
  events.reduce((sum, { particles }) => sum + particles.count, 0) / events.length;

function generation(name: string, generator: GeneratorOptions): Task {
  return { name, particles: particlesOf(generate(generator)), run: () => generate(generator) };
}

const events = generate({ meanPileup: REFERENCE_PILEUP });
const particles = particlesOf(events);
const tasks: Task[] = [
  generation(`generate W+jets, pileup ${REFERENCE_PILEUP}`, { meanPileup: REFERENCE_PILEUP }),
  generation('generate W+jets, pileup 140', { meanPileup: 140 }),
  generation('generate top pairs, pileup 140', { process: 'ttbar', meanPileup: 140 }),
  {
    name: `Puppi, pileup ${REFERENCE_PILEUP}`,
    particles,
    run: () => events.map((event) => puppi(event.particles, event.pileupVertices)),
  },
  {
    name: `${NEIGHBOURS} neighbours, pileup ${REFERENCE_PILEUP}`,
    particles,
    run: () => events.map((event) => nearestNeighbours(event.particles.eta, event.particles.phi, NEIGHBOURS)),
  },
];

const rates = await interleavedRates(
  tasks.map(({ run }) => ({ work: batch, every: 1, run: async (milliseconds) => timed(run, milliseconds) })),
  rounds,
  roundMs,
);
const rows = tasks.map((task, k) => {
  const eventsPerSecond = spread(rates[k]!);
  return {
    task: task.name,
    particlesPerEvent: task.particles,
    eventsPerSecond,
    hoursPerMillionOnTwoCores: MILLION / eventsPerSecond.median / CORES / 3600,
  };
});
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };

if (options.json) {
  console.log(JSON.stringify({ machine, batch, rounds, rows }, null, 2));
} else {
  console.log(
    textTable([
      ['task', 'particles', 'events/s per core', 'least to greatest', `hours per million, ${CORES} cores`],
      ...rows.map(({ task, particlesPerEvent, eventsPerSecond: speed, hoursPerMillionOnTwoCores }) => [
        task,
        particlesPerEvent.toFixed(0),
        speed.median.toFixed(0),
        `${speed.least.toFixed(0)} to ${speed.greatest.toFixed(0)}`,
        hoursPerMillionOnTwoCores.toFixed(2),
      ]),
    ]),
  );
  console.log(`\n${machine.cpu}, Node ${machine.node}; ${rounds} rounds of ${roundMs} ms a task.`);
}
