/** An emitted folder read back for an audit: every part that the proof starts from, and nothing made from the Verilog. */
import { type LayerGraph, parseGraph } from '../../circuit/index.ts';
import { type CompileOptions, parseCompileOptions } from '../../compile/index.ts';
import { DistillError, FileError, ValueError } from '../../errors.ts';
import { type Network, parseNetwork } from '../../network/index.ts';
import { checkCircuitPorts } from './agreement.ts';
import { folderEntries, readParsed } from './folder-files.ts';
import { type AuditedManifest, readAuditedManifest } from './manifest.ts';
import { specificationGraph } from './specification.ts';

export interface AuditedFolder {
  readonly folder: string;
  readonly manifest: AuditedManifest;
  /** `model/network.json`. */
  readonly network: Network;
  /** `model/compile.json`, defaults included. */
  readonly compile: CompileOptions;
  /** Whether the adder graphs were made by an optimiser of the user's own, which the folder does not hold. */
  readonly hasOwnOptimizer: boolean;
  /** `model/circuit.json`, what the Verilog was emitted from. */
  readonly circuit: LayerGraph;
  /** The plainest circuit of the network, with the ports of `circuit`. */
  readonly specification: LayerGraph;
}

/**
 * Read the parts of an emitted folder and check that they are of one design. Hashes are `checkManifest`'s.
 *
 * @throws FileError if the folder or a file is missing or unreadable; FormatError for a file that is empty or malformed;
 * ValueError if network, options, circuit and manifest do not belong together
 */
export async function readAuditedFolder(folder: string): Promise<AuditedFolder> {
  const manifest = await readAuditedManifest(folder);
  const network = await readParsed(folder, 'model/network.json', parseNetwork);
  const circuit = await readParsed(folder, 'model/circuit.json', parseGraph);
  if (!(await folderEntries(`${folder}/model`)).includes('compile.json')) {
    throw new FileError(
      `Folder "${folder}" has no model/compile.json, which earlier versions did not write; compile the model again.`,
    );
  }
  const { options: compile, hasOwnOptimizer } = await readParsed(folder, 'model/compile.json', parseCompileOptions);
  if (manifest.model !== network.name) {
    throw new ValueError(
      `manifest.json in "${folder}" is of the model "${manifest.model}", and model/network.json of "${network.name}".`,
    );
  }
  const specification = compiled(folder, network, compile, circuit);
  checkCircuitPorts(folder, specification, circuit);
  return { folder, manifest, network, compile, hasOwnOptimizer, circuit, specification };
}

function compiled(folder: string, network: Network, compile: CompileOptions, circuit: LayerGraph): LayerGraph {
  try {
    return specificationGraph(network, compile, circuit);
  } catch (error) {
    if (!(error instanceof DistillError)) throw error;
    throw new ValueError(
      `model/network.json in "${folder}" does not compile with model/compile.json: ${error.message}`,
    );
  }
}
