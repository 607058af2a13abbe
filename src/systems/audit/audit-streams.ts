/**
 * The audit of an emitted folder of a stream design: its arithmetic proved module by module, its control simulated.
 *
 * For all inputs is proved that the pipelines of every stage, and the updates of accumulators, compute the circuits of
 * `model/streams.json`, in the netlist and in the Verilog. Not proved are: that the stages together compute the network,
 * and the control around the pipelines (sequencers, tap lines, FIFOs, the top module). Their Verilog must be what the
 * netlist prints, to the byte, and they are simulated under stalls. So the verdict of the whole is never "proved".
 * Needs Node.
 */
import { type StreamGraph, streamType } from '../../circuit/index.ts';
import { MismatchError, ValueError } from '../../errors.ts';
import { busWidth, type StreamNetlist, type StreamPort } from '../../netlist/index.ts';
import { stream } from '../../random/index.ts';
import {
  DEFAULT_BOUNDS,
  type DesignProof,
  findDifference,
  readVerilogFolder,
  runIcarus,
} from '../../verification/index.ts';
import { generator } from '../../verilog/index.ts';
import { checkVerilog, readEmittedNetwork } from '../emitted-project.ts';
import { randomStimuli } from '../stimuli.ts';
import { compareOutputs, compareUnrolled, type Compared, emulatedOutputs } from '../streams/check-streams.ts';
import { type EmittedStreams, readEmittedStreams } from '../streams/emitted-streams.ts';
import { sampleCount } from '../streams/sample-count.ts';
import { runScenarios } from '../streams/scenarios.ts';
import { type BuiltStreams, buildStreams, sampleInputs } from '../streams/stream-pipeline.ts';
import { checkTopPorts } from './agreement.ts';
import { type AuditOptions, DEFAULT_CONFLICTS, DEFAULT_TIMEOUT_SECONDS, DEFAULT_VECTORS } from './audit-options.ts';
import {
  type AuditResult,
  type Claim,
  type Difference,
  type ModuleClaim,
  type TestedFact,
  worstVerdict,
} from './audit-result.ts';
import { claimText, makeClaim } from './claims.ts';
import { describeDifference } from './difference.ts';
import { auditHashes } from './hashes.ts';
import { type AuditedManifest, checkManifest } from './manifest.ts';
import { portsOf } from './module-ports.ts';
import { dataInputs, proveNetlist, proveVerilog } from './proof.ts';
import { readText, stepper } from './stepper.ts';
import { modulesBelow, type StreamPart, streamParts } from './stream-parts.ts';

interface ReadStreams extends BuiltStreams {
  readonly manifest: AuditedManifest;
  readonly emitted: EmittedStreams;
  readonly emulated: Awaited<ReturnType<typeof readEmittedNetwork>>;
  readonly parts: readonly StreamPart[];
  /** Modules that no part holds, in the netlist's order. */
  readonly control: readonly string[];
}

/**
 * Prove what can be proved of a folder of a stream design, and simulate the rest. The folder is only read.
 *
 * @throws MismatchError where control differs from the netlist's text or a simulation from the model; the errors of
 *   `auditProject`
 */
export async function auditStreams(folder: string, options: AuditOptions = {}): Promise<AuditResult> {
  const start = performance.now();
  const step = stepper(options);
  const { signal, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = options;
  const toolOptions = { timeoutSeconds, ...(signal && { signal }) };
  const bounds = { ...DEFAULT_BOUNDS, conflicts: options.conflicts ?? DEFAULT_CONFLICTS };

  const read = await step(
    'read',
    () => readFolder(folder, bounds),
    ({ manifest, parts }) =>
      `${Object.keys(manifest.sha256).length} files have the hashes of the manifest; ${parts.length} parts of stages can be proved`,
  );
  const { manifest, emitted, design, parts, control } = read;
  const sources = Object.keys(manifest.sha256).filter((path) => /^src\/.*\.v$/.test(path));
  const verilog = await step(
    'yosys',
    async () => {
      const found = await readVerilogFolder(folder, sources, manifest.top, {
        ...toolOptions,
        ...(options.yosys !== undefined && { yosys: options.yosys }),
      });
      checkTopPorts(folder, design.netlist, portsOf(found.design, manifest.top));
      return found;
    },
    readText,
  );

  const proofStart = performance.now();
  const [model, ...proved] = [
    modelClaim(emitted.graph),
    await step(
      'netlist = circuit',
      () =>
        proveParts('netlist = circuit', parts, read, (part) => proveNetlist(part.forms, part.netlist, part.expected)),
      ({ claim }) => claimText(claim),
    ),
    await step(
      'Verilog = netlist',
      () =>
        proveParts('Verilog = netlist', parts, read, ({ forms, netlist, expected }) =>
          proveVerilog(forms, verilog.design, netlist.top, dataInputs(netlist), expected),
        ),
      ({ claim }) => claimText(claim),
    ),
  ] as const;
  const proofSeconds = (performance.now() - proofStart) / 1000;

  const tools: Record<string, string> = { yosys: verilog.version, node: process.version, generator };
  const difference = proved.find((one) => one.difference !== null)?.difference ?? null;
  const tested = await step(
    'test',
    () => (difference === null ? testFolder(folder, read, options, tools) : []),
    (facts) =>
      facts.length === 0
        ? 'nothing was simulated'
        : facts
            .map(({ what, vectors, mismatches }) => `${what}: ${vectors} vectors, ${mismatches} mismatches`)
            .join('; '),
  );
  const simulated = tested.length === 0 ? 'was not simulated either' : 'was simulated, see what was only tested';
  const claims = [
    model,
    ...proved.map(({ claim }) => ({
      ...claim,
      notes: [...claim.notes, `Control, in ${control.join(', ')}, is not proved; it ${simulated}.`],
    })),
  ];
  return {
    folder,
    sources: { model: 'model/network.json', verilog: 'src/*.v' },
    design: {
      model: manifest.model,
      top: manifest.top,
      part: manifest.part,
      clockMHz: manifest.clockMHz,
      latencyCycles: manifest.latencyCycles,
      initiationInterval: manifest.initiationInterval,
      inputBits: sampleBits(design.inputs),
      outputBits: sampleBits(design.outputs),
    },
    verdict: worstVerdict(claims.map(({ verdict }) => verdict)),
    claims,
    difference,
    tested,
    hashes: await auditHashes(folder, design.netlist),
    tools,
    bounds: { enumeratedCodes: bounds.enumeratedCodes, conflicts: bounds.conflicts },
    command: options.command ?? `distill-rtl audit ${folder}`,
    seconds: { yosys: verilog.seconds, proof: proofSeconds, total: (performance.now() - start) / 1000 },
  };
}

async function readFolder(folder: string, bounds: typeof DEFAULT_BOUNDS): Promise<ReadStreams> {
  const manifest = await checkManifest(folder);
  const emitted = await readEmittedStreams(folder);
  const emulated = await readEmittedNetwork(folder);
  const { name } = emulated.network;
  if (manifest.model !== name || emitted.graph.name !== name) {
    throw new ValueError(
      `manifest.json in "${folder}" is of the model "${manifest.model}", model/streams.json of "${emitted.graph.name}" and model/network.json of "${name}".`,
    );
  }
  const built = buildStreams(emitted.graph, emitted.target, emitted.fifoDepth);
  const { netlist, stages } = built.design;
  const parts = streamParts(
    built.design,
    built.stages,
    (stage) => stages!.find((one) => one.stage === stage)!.modules,
    bounds,
  );
  const proved = new Set(parts.flatMap((part) => modulesBelow(part.netlist)));
  await checkVerilog(folder, netlist, 'model/streams.json', proved);
  const control = netlist.modules.map((module) => module.name).filter((module) => !proved.has(module));
  return { ...built, manifest, emitted, emulated, parts, control };
}

/** That the stages compute the network is a claim without a proof: one equality per element of the outputs. */
function modelClaim(graph: StreamGraph): Claim {
  const modules = graph.outputs.map((name) => {
    const { formats, elements } = streamType(graph, name);
    return openModule(name, formats.length * elements.length);
  });
  return {
    name: 'circuit = model',
    verdict: 'open',
    modules,
    notes: ['That the stages of model/streams.json together compute the network is not proved.'],
    seconds: 0,
  };
}

function openModule(module: string, outputs: number): ModuleClaim {
  return { module, verdict: 'open', outputs, methods: {}, different: 0 };
}

/** Prove every part; modules of control stand behind them, their output ports open. */
function proveParts(
  name: 'netlist = circuit' | 'Verilog = netlist',
  parts: readonly StreamPart[],
  { design, control }: ReadStreams,
  prove: (part: StreamPart) => DesignProof,
): { readonly claim: Claim; readonly difference: Difference | null } {
  const began = performance.now();
  let difference: Difference | null = null;
  const claims = parts.map((part) => {
    const { modules, top } = prove(part);
    const isProved = top.unproven.length === 0;
    const found = isProved ? undefined : findDifference(top.unproven);
    if (found !== undefined) {
      difference ??= { ...describeDifference(name, part.circuit, top.module, found, undefined), files: [] };
    }
    const cycles = part.latency === 0 ? 'in the same clock cycle' : `${part.latency} clock cycles later`;
    const notes = isProved ? [`${top.module} gives its result ${cycles}.`] : [];
    return makeClaim(name, [...modules, top], isProved, found, notes, 0);
  });
  const modules = [
    ...claims.flatMap((claim) => claim.modules),
    ...control.map((module) => openModule(module, portCount(design, module))),
  ];
  const claim: Claim = {
    name,
    verdict: worstVerdict(modules.map(({ verdict }) => verdict)),
    modules,
    notes: claims.flatMap(({ notes }) => notes),
    seconds: (performance.now() - began) / 1000,
  };
  return { claim, difference };
}

function portCount({ netlist }: StreamNetlist, module: string): number {
  return netlist.modules.find(({ name }) => name === module)!.outputs.length;
}

function sampleBits(ports: readonly StreamPort[]): number {
  return ports.reduce((sum, { type }) => sum + busWidth(type.formats) * type.elements.length, 0);
}

/**
 * Simulate what is not proved: the network against the streams, the netlist under stalls, and the text in Icarus.
 *
 * @throws MismatchError at the first difference
 */
async function testFolder(
  folder: string,
  { emitted: { graph }, emulated: { network, compile }, design, fifos, manifest }: ReadStreams,
  { vectors = DEFAULT_VECTORS, signal, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS }: AuditOptions,
  tools: Record<string, string>,
): Promise<readonly TestedFact[]> {
  if (vectors === 0) return [];
  const count = Math.min(vectors, sampleCount(graph, fifos));
  const stimuli = randomStimuli(sampleInputs(graph), count, stream('audit', graph.name));
  const expected = emulatedOutputs(graph, stimuli);
  const facts: TestedFact[] = [];
  const add = (what: string, { comparison, firstMismatch }: Compared): void => {
    if (firstMismatch !== null) throw new MismatchError(firstMismatch);
    facts.push({ what, tool: generator, ...comparison });
  };
  const unrolled = compareUnrolled(graph, network, compile, stimuli, expected);
  if (typeof unrolled !== 'string') add('stages against the unrolled network', unrolled);
  for (const { name, run } of runScenarios(design, stimuli)) {
    const what = `netlist against its stages, ${name}, ${run.cycles} cycles`;
    add(what, compareOutputs(`The simulated netlist differs from its stages (${name})`, run.outputs, expected));
  }
  const { result } = await runIcarus(folder, { timeoutSeconds, ...(signal && { signal }) });
  if (result !== null && manifest.vectors > 0) {
    tools['icarus'] = result.version;
    const { mismatches, passed } = result;
    if (!passed) {
      throw new MismatchError(
        `In Icarus ${mismatches} of ${result.vectors} beats differ from those of the test bench.`,
      );
    }
    facts.push({
      what: 'emitted Verilog on the beats of its test bench',
      tool: 'icarus',
      vectors: result.vectors,
      mismatches,
    });
  }
  return facts;
}
