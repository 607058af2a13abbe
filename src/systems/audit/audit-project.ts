/** The audit of an emitted folder: read, proved, tested, and what differs shown. Needs Node. */
import { interpretGraph } from '../../emulation/index.ts';
import { packVector } from '../../netlist/index.ts';
import { stream } from '../../random/index.ts';
import { simulateGraph } from '../../simulation/index.ts';
import {
  copyName,
  DEFAULT_BOUNDS,
  type DesignProof,
  findDifference,
  type FoundDifference,
  type LayerProof,
  type ModuleProof,
  readVerilogFolder,
  runIcarus,
  type TimedUnproven,
  VALID_INPUT,
} from '../../verification/index.ts';
import { benchGap, generator, type YosysDesign } from '../../verilog/index.ts';
import { isStreamFolder } from '../emitted-project.ts';
import { buildPipeline, type BuiltPipeline } from '../pipeline.ts';
import { randomStimuli } from '../stimuli.ts';
import { checkTopPorts } from './agreement.ts';
import {
  type AuditOptions,
  type AuditStep,
  DEFAULT_CONFLICTS,
  DEFAULT_TIMEOUT_SECONDS,
  DEFAULT_VECTORS,
} from './audit-options.ts';
import {
  type AuditResult,
  type Claim,
  type ClaimName,
  type Difference,
  type TestedFact,
  worstVerdict,
} from './audit-result.ts';
import { auditStreams } from './audit-streams.ts';
import { type AuditedFolder, readAuditedFolder } from './audited-folder.ts';
import { claimText, isDifferent, makeClaim, type PartProof } from './claims.ts';
import { writeCounterexample } from './counterexample.ts';
import { copyGraph, proveNetlistCopies, proveVerilogCopies } from './copies.ts';
import { describeCopyDifference, describeDifference, showingVectors } from './difference.ts';
import { portsOf } from './module-ports.ts';
import { readText, stepper } from './stepper.ts';
import { firstWrongWire } from './first-wrong-wire.ts';
import { type AuditHashes, auditHashes } from './hashes.ts';
import { checkManifest } from './manifest.ts';
import {
  type CircuitProof,
  dataInputs,
  expectedPipeline,
  portBits,
  proveCircuit,
  proveNetlist,
  proveVerilog,
} from './proof.ts';

/** What fails, with the input that shows it. */
interface Failure {
  readonly claim: ClaimName;
  readonly module: string;
  readonly found: FoundDifference;
}

/**
 * Prove that an emitted folder computes its model. The folder is only read. Of a stream design modules are proved, and
 * the whole stays open, see `auditStreams`.
 *
 * @throws FileError, FormatError or ValueError if the folder is damaged, not of one piece, or its Verilog is refused;
 * ToolError if Yosys is absent or runs past its limit
 */
export async function auditProject(folder: string, options: AuditOptions = {}): Promise<AuditResult> {
  if (await isStreamFolder(folder)) return auditStreams(folder, options);
  const start = performance.now();
  const step = stepper(options);
  const { signal, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = options;
  const toolOptions = { timeoutSeconds, ...(signal && { signal }) };
  const bounds = { ...DEFAULT_BOUNDS, conflicts: options.conflicts ?? DEFAULT_CONFLICTS };

  const { project, pipeline, hashes } = await step(
    'read',
    () => readFolder(folder),
    (read) => `${Object.keys(read.project.manifest.sha256).length} files have the hashes of the manifest`,
  );
  const { circuit, specification, manifest } = project;
  const { netlist } = pipeline;
  const sources = Object.keys(manifest.sha256).filter((path) => /^src\/.*\.v$/.test(path));
  const read = await step(
    'yosys',
    async () => {
      const verilog = await readVerilogFolder(folder, sources, manifest.top, {
        ...toolOptions,
        ...(options.yosys !== undefined && { yosys: options.yosys }),
      });
      checkTopPorts(folder, netlist, portsOf(verilog.design, manifest.top));
      return verilog;
    },
    readText,
  );

  const claims: Claim[] = [];
  const failures: Failure[] = [];
  const proofStart = performance.now();
  const claim = async <T>(
    name: Exclude<AuditStep, 'read' | 'yosys' | 'test'>,
    prove: () => T,
    parts: (proof: T) => readonly PartProof[],
    decisive: (proof: T) => readonly TimedUnproven[],
    notes: (proof: T) => readonly string[],
  ): Promise<T> => {
    const began = performance.now();
    return step(
      name,
      () => {
        const proof = prove();
        const outputs = decisive(proof);
        const all = parts(proof);
        const found = outputs.length === 0 ? undefined : findDifference(outputs);
        if (found !== undefined) failures.push({ claim: name, module: firstModule(all, found), found });
        const seconds = (performance.now() - began) / 1000;
        claims.push(
          makeClaim(name, all, outputs.length === 0, found, outputs.length === 0 ? notes(proof) : [], seconds),
        );
        return proof;
      },
      () => claimText(claims.at(-1)!),
    );
  };

  const proved = await claim(
    'circuit = model',
    () => proveCircuit(specification, circuit, bounds),
    ({ layers }) => layers.map((layer) => ({ module: layer.layer, ...layer })),
    ({ layers }) => layers.filter(({ layer }) => circuit.outputs.includes(layer)).flatMap(timedOutputs),
    () => [],
  );
  const { copy, copies } = pipeline;
  const expected = expectedPipeline(proved, { ...pipeline, netlist: copy }, manifest.latencyCycles);
  await claim(
    'netlist = circuit',
    () =>
      withCopies(proveNetlist(proved, copy, expected), copies, (latency) =>
        proveNetlistCopies(proved, pipeline, latency),
      ),
    designParts,
    decisiveOutputs,
    (proof) => designNotes(proof, copies),
  );
  await claim(
    'Verilog = netlist',
    () =>
      withCopies(proveVerilog(proved, read.design, copy.top, dataInputs(copy), expected), copies, (latency) =>
        proveVerilogCopies(proved, pipeline, latency, read.design),
      ),
    designParts,
    decisiveOutputs,
    (proof) => designNotes(proof, copies),
  );
  const proofSeconds = (performance.now() - proofStart) / 1000;

  const tools: Record<string, string> = { yosys: read.version, node: process.version, generator };
  const tested = await step(
    'test',
    () => testFolder(folder, project, pipeline, options, tools),
    (facts) =>
      facts.length === 0
        ? 'nothing was simulated'
        : facts
            .map(({ tool, vectors, mismatches }) => `${tool}: ${vectors} vectors, ${mismatches} mismatches`)
            .join('; '),
  );
  const difference =
    failures[0] === undefined
      ? null
      : await showDifference(failures[0], folder, project, pipeline, proved, read.design, expected, options);

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
      ...portBits(circuit, pipeline.copies),
    },
    verdict: worstVerdict(claims.map(({ verdict }) => verdict)),
    claims,
    difference,
    tested,
    hashes,
    tools,
    bounds: { enumeratedCodes: bounds.enumeratedCodes, conflicts: bounds.conflicts },
    command: options.command ?? `distill-rtl audit ${folder}`,
    seconds: {
      yosys: read.seconds,
      proof: proofSeconds,
      total: (performance.now() - start) / 1000,
    },
  };
}

async function readFolder(folder: string): Promise<{
  readonly project: AuditedFolder;
  readonly pipeline: BuiltPipeline;
  readonly hashes: AuditHashes;
}> {
  await checkManifest(folder);
  const project = await readAuditedFolder(folder);
  const { part, clockMHz, latencyCycles, copies } = project.manifest;
  const pipeline = buildPipeline(project.circuit, { part, clockMHz, latencyCycles, copies });
  return { project, pipeline, hashes: await auditHashes(folder, pipeline.netlist) };
}

/** The outputs of a layer as outputs of a design without a clock. */
function timedOutputs({ layer, unproven }: LayerProof): TimedUnproven[] {
  // Raw codes are compared as whole numbers; no code of a design needs as many bits.
  return unproven.map((one) => ({ ...one, port: layer, width: 256, delay: undefined, expectedDelay: undefined }));
}

/** The proof of a pipeline, and of the module around its copies where there are several and the pipeline is proved. */
interface CopiedProof extends DesignProof {
  readonly around: ModuleProof | undefined;
}

function withCopies(proof: DesignProof, copies: number, prove: (latency: number) => ModuleProof): CopiedProof {
  const isNeeded = copies > 1 && proof.top.unproven.length === 0;
  return { ...proof, around: isNeeded ? prove(proof.latency) : undefined };
}

function designParts({ modules, top, around }: CopiedProof): readonly PartProof[] {
  return [...modules, top, ...(around === undefined ? [] : [around])];
}

function decisiveOutputs({ top, around }: CopiedProof): readonly TimedUnproven[] {
  return around?.unproven ?? top.unproven;
}

function designNotes({ latency }: DesignProof, copies: number): string[] {
  return [
    ...(copies === 1
      ? []
      : [
          `The design is ${copies} copies of one pipeline: the pipeline was proved once, and every copy has its own part of every port and shares only clock and reset.`,
        ]),
    `Every way from input to output crosses ${latency} registers: the latency is ${latency} clock cycles, and a vector can follow in every cycle.`,
    'valid_out is valid_in after as many cycles, and 0 behind a reset; data is compared while the reset is low.',
  ];
}

/** The first part, in the order of the data, in which the difference is seen. */
function firstModule(parts: readonly PartProof[], found: FoundDifference): string {
  const first = parts.find(({ unproven }) => unproven.some((one) => isDifferent(found, one)));
  return (first ?? parts.at(-1)!).module;
}

/** What is simulated beside the proof. */
async function testFolder(
  folder: string,
  { circuit, manifest }: AuditedFolder,
  { netlist, copies }: BuiltPipeline,
  { vectors = DEFAULT_VECTORS, signal, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS }: AuditOptions,
  tools: Record<string, string>,
): Promise<readonly TestedFact[]> {
  if (vectors === 0) return [];
  const stimuli = randomStimuli(circuit.inputs, vectors, stream('audit', circuit.name));
  const batch = simulateGraph(netlist, circuit, stimuli, { idleBefore: benchGap, copies });
  const formats = circuit.outputs.map(
    (name) => circuit.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!.formats,
  );
  const mismatches = stimuli.filter((stimulus, k) => {
    const codes = interpretGraph(circuit, stimulus);
    return circuit.outputs.some(
      (name, o) => packVector(formats[o]!, codes.get(name)!) !== packVector(formats[o]!, batch.outputs[k]![o]!),
    );
  }).length;
  const facts: TestedFact[] = [
    { what: 'netlist against the interpreter of its circuit', tool: generator, vectors, mismatches },
  ];
  const { result } = await runIcarus(folder, { timeoutSeconds, ...(signal && { signal }) });
  if (result !== null && manifest.vectors > 0) {
    tools['icarus'] = result.version;
    facts.push({
      what: 'emitted Verilog on the vectors of its test bench',
      tool: 'icarus',
      vectors: result.vectors,
      mismatches: result.mismatches,
    });
  }
  return facts;
}

/** Find the first wrong wire, and write the vectors that show it. */
async function showDifference(
  { claim, module, found }: Failure,
  folder: string,
  { circuit, specification, manifest }: AuditedFolder,
  { netlist, copy, copies }: BuiltPipeline,
  proved: CircuitProof,
  design: YosysDesign,
  expected: ReturnType<typeof expectedPipeline>,
  { counterexample, signal, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS }: AuditOptions,
): Promise<Difference> {
  // A difference between copies and ports is one of the module around them, whose wires are its ports.
  const isAround = copies > 1 && module === netlist.top;
  const wire =
    claim !== 'Verilog = netlist' || isAround
      ? undefined
      : firstWrongWire(
          copy,
          (onWire) => void proveNetlist(proved, copy, expected, onWire),
          (onWire) => void proveVerilog(proved, design, copy.top, dataInputs(copy), expected, onWire),
          found,
        );
  const difference = isAround
    ? describeCopyDifference(claim, circuit, copies, module, found)
    : describeDifference(claim, circuit, module, found, wire);
  if (counterexample === undefined) return { ...difference, files: [] };
  const all = Array.from({ length: copies }, (_, k) =>
    isAround
      ? showingVectors(copyGraph(specification, k), found, copyName(VALID_INPUT, k))
      : showingVectors(specification, found),
  );
  const [vectors, ...further] = all;
  const outcome = await writeCounterexample(
    counterexample,
    {
      folder,
      netlist,
      ...vectors!,
      further,
      latencyCycles: manifest.latencyCycles,
      resetCycles: 1,
      sentence: difference.sentence,
    },
    { timeoutSeconds, ...(signal && { signal }) },
  );
  // A circuit that is wrong beside Verilog that is right: the simulator has nothing to show, and the reader must know.
  const remark = outcome.run?.passed === true ? ' The Verilog gives what the model says for this input.' : '';
  return {
    ...difference,
    sentence: `${difference.sentence}${remark}`,
    files: ['README.txt', 'Makefile', `tb/${netlist.top}_tb.v`, ...(outcome.run === null ? [] : [outcome.run.vcd])],
  };
}
