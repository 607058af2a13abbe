/** Failures of the file system in words that a person can act on. */

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'the folder that should hold it does not exist or takes no new entries',
  ENOSPC: 'no space is left on the device',
  ENOTDIR: 'a part of the path is a file',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
};

/** Tell whether an error came from the file system. */
export function isFileSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

/** Say why the file system refused, without a path. */
export function fileReason(error: unknown): string {
  if (!isFileSystemError(error)) return error instanceof Error ? error.message : String(error);
  return words[error.code] ?? error.message;
}
