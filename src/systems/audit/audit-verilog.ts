/** The audit of Verilog that was not emitted here, beside the model that it is to compute. Needs Node. */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { compileNetwork, serializeCompileOptions } from '../../compile/index.ts';
import { serializeNetwork } from '../../network/index.ts';
import {
  DEFAULT_BOUNDS,
  type ExpectedDesign,
  findDifference,
  graphForms,
  proofContext,
  readVerilog,
} from '../../verification/index.ts';
import { generator, type TextFile } from '../../verilog/index.ts';
import { type AuditOptions, DEFAULT_CONFLICTS, DEFAULT_TIMEOUT_SECONDS, type ForeignDesign } from './audit-options.ts';
import type { AuditResult } from './audit-result.ts';
import { makeClaim } from './claims.ts';
import { describeDifference } from './difference.ts';
import { readForeignFiles } from './foreign-files.ts';
import { matchPorts } from './foreign-ports.ts';
import { portsOf } from './module-ports.ts';
import { portBits, proveVerilog } from './proof.ts';
import { specificationGraph } from './specification.ts';
import { readText, stepper } from './stepper.ts';

/**
 * Prove that Verilog of others computes a model: every output, after the same number of cycles.
 *
 * @throws FileError, FormatError, UnsupportedError or ValueError if a file cannot be read, Yosys refuses the text, a cell is
 * not of the word-level style, or the ports are not those of the model; ToolError if Yosys is absent
 */
export async function auditVerilog(design: ForeignDesign, options: AuditOptions = {}): Promise<AuditResult> {
  const start = performance.now();
  const step = stepper(options);
  const { network, compile, top } = design;
  const bounds = { ...DEFAULT_BOUNDS, conflicts: options.conflicts ?? DEFAULT_CONFLICTS };
  const { graph, files } = await step(
    'read',
    async () => {
      const circuit = compileNetwork(network, compile);
      return { graph: specificationGraph(network, compile, circuit), files: await readForeignFiles(design.verilog) };
    },
    (read) => `${read.graph.layers.length} layers, ${read.files.length} files`,
  );
  const read = await step(
    'yosys',
    () =>
      readVerilog(files, top, {
        timeoutSeconds: options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
        ...(options.signal && { signal: options.signal }),
        ...(options.yosys !== undefined && { yosys: options.yosys }),
      }),
    readText,
  );
  const ports = matchPorts(graph, top, portsOf(read.design, top));

  const began = performance.now();
  const { claim, found, latency } = await step(
    'Verilog = model',
    () => {
      const context = proofContext(bounds);
      const forms = graphForms(context, graph);
      context.references.close();
      const expected: ExpectedDesign = {
        instances: new Map(),
        outputs: new Map(
          graph.outputs.map((name, k) => {
            const { formats } = graph.layers.find((layer) => layer.name === name)!.circuit.outputs[0]!;
            return [
              ports.outputs[k]!,
              formats.map(({ width }, e) => ({ form: forms.get(name)![e]!, width, isRead: true })),
            ];
          }),
        ),
      };
      const proof = proveVerilog({ context, circuit: graph }, read.design, top, ports.inputs, expected);
      const isProved = proof.top.unproven.length === 0;
      const difference = isProved ? undefined : findDifference(proof.top.unproven);
      const notes = isProved
        ? [`Every output comes ${proof.latency} clock cycles behind its input, and a vector can follow in every cycle.`]
        : [];
      const seconds = (performance.now() - began) / 1000;
      return {
        claim: makeClaim('Verilog = model', [proof.top], isProved, difference, notes, seconds),
        found: difference,
        latency: proof.latency,
      };
    },
    ({ claim: { verdict, seconds } }) => `${verdict === 'open' ? 'not proved' : verdict}, ${seconds.toFixed(1)} s`,
  );

  return {
    folder: dirname(design.verilog[0] ?? '.'),
    sources: { model: design.modelFile, verilog: design.verilog.join(', ') },
    design: {
      model: network.name,
      top,
      part: null,
      clockMHz: null,
      latencyCycles: latency,
      initiationInterval: 1,
      ...portBits(graph),
    },
    verdict: claim.verdict,
    claims: [claim],
    difference:
      found === undefined
        ? null
        : { ...describeDifference('Verilog = model', graph, top, found, undefined), files: [] },
    tested: [],
    hashes: {
      network: sha256(serializeNetwork(network)),
      compile: sha256(serializeCompileOptions(compile)),
      verilog: hashFiles(files.filter(({ path }) => path.startsWith('sources/'))),
      memories: hashFiles(files.filter(({ path }) => !path.startsWith('sources/'))),
    },
    tools: { yosys: read.version, node: process.version, generator },
    bounds: { enumeratedCodes: bounds.enumeratedCodes, conflicts: bounds.conflicts },
    command:
      options.command ??
      `distill-rtl audit --model ${design.modelFile} --top ${top} --verilog ${design.verilog.join(' ')}`,
    seconds: {
      yosys: read.seconds,
      proof: (performance.now() - began) / 1000,
      total: (performance.now() - start) / 1000,
    },
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** One hash over several texts, each with its length before it. */
function hashFiles(files: readonly TextFile[]): string {
  return sha256(files.map(({ text }) => `${Buffer.byteLength(text)}\n${text}`).join(''));
}
