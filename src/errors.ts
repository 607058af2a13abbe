/**
 * Typed errors for mistakes that a person can mend.
 *
 * Each message is one sentence that names the thing, the value it has and the values it may have. The command line
 * prints `message` alone and exits with `exitCode`; library users can tell the kinds apart with `instanceof`.
 * Everything else that is thrown is a defect of ours and keeps its stack trace.
 */
export class DistillError extends Error {
  /** Process exit code of the command line: 1 failure, 2 bad input, 3 verification mismatch or no proof. */
  readonly exitCode: 1 | 2 | 3 = 2;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** A tensor, port or file has another shape than its use demands. */
export class ShapeError extends DistillError {}

/** A text or file does not follow its format (a precision text, JSON, HDF5, ONNX, npy …). */
export class FormatError extends DistillError {}

/** A number is outside its allowed range, or is NaN or infinite where a finite number is needed. */
export class ValueError extends DistillError {}

/** A layer, operation or option is well formed but not (yet) supported; the message lists what is. */
export class UnsupportedError extends DistillError {}

/** A computation that is to be traced looks at values, which a trace does not have. */
export class TraceError extends DistillError {}

/** A clock, part or resource limit cannot be met. */
export class TargetError extends DistillError {}

/** A file or folder is missing, unreadable or cannot be written. */
export class FileError extends DistillError {}

/** An external tool or optional package is absent; the message says how to install it. */
export class ToolError extends DistillError {
  override readonly exitCode = 1;
}

/** A thread that takes part in a computation failed or did not answer. */
export class WorkerError extends DistillError {
  override readonly exitCode = 1;
}

/** A design waits for itself: beats are on their way and none can move. */
export class DeadlockError extends DistillError {
  override readonly exitCode = 1;
}

/** Two things that must be equal to the bit are not. */
export class MismatchError extends DistillError {
  override readonly exitCode = 3;
}

/** An equality was neither proved nor refuted within the bounds of the search. */
export class UnprovedError extends DistillError {
  override readonly exitCode = 3;
}
