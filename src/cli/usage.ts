/** Mistakes on the command line: one line that says what is wrong, one that says where help is. */
import { CommanderError, type Command } from 'commander';
import { DistillError } from '../errors.ts';

/** A wrong combination of arguments that the parser cannot see. */
export class UsageError extends DistillError {}

/** Commander's sentences in the form of ours. */
const rewrites: readonly (readonly [RegExp, string])[] = [
  [/^error: /, ''],
  [/^option '([^ ,']+)[^']*' argument '([^']*)' is invalid\. /, '$1 is "$2"; '],
  [/^command-argument value '([^']*)' is invalid for argument '([^']*)'\. /, '<$2> is "$1"; '],
  [/Allowed choices are (.*)\.$/, 'it must be one of $1.'],
  [/^option '([^ ,']+)(?: [^']*)?' argument missing$/, '$1 needs a value.'],
  [/^required option '([^']*)' not specified$/, '$1 is missing.'],
  [/^missing required argument '([^']*)'$/, '<$1> is missing.'],
  [/^unknown command '([^']*)'/, 'there is no verb "$1".'],
  [/^unknown option '([^']*)'/, 'there is no option "$1".'],
  [
    /^too many arguments(?: for '[^']*')?\. Expected (\d+) arguments? but got (\d+)[^.]*\.?$/,
    '$2 arguments are given; it takes $1.',
  ],
  [/\n\(Did you mean (?:one of )?(.*)\?\)$/, ' Did you mean $1?'],
];

/** Say a usage error in two lines. */
export function usageText(error: CommanderError | UsageError, verb: string | undefined): string {
  const message =
    error instanceof CommanderError
      ? rewrites.reduce((text, [from, to]) => text.replace(from, to), error.message)
      : error.message;
  const command = verb === undefined ? 'distill-rtl' : `distill-rtl ${verb}`;
  return `distill-rtl: ${message}\nRun "${command} --help" for ${verb === undefined ? 'the verbs' : 'its options and an example'}.\n`;
}

/** Columns of help: as wide as the terminal, at most 100. */
const helpColumns = 100;

/** Give a command the package's way of showing help; usage errors are left to `usageText`. */
export function styleCommand(command: Command): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .helpOption('-h, --help', 'show this help')
    .configureOutput({ outputError: () => undefined })
    .configureHelp({
      helpWidth: Math.min(helpColumns, process.stdout.columns ?? helpColumns),
      styleTitle: (title) => title.replace('Commands:', 'Verbs:'),
      subcommandTerm: (verb) => verb.name(),
      argumentDescription: (argument) =>
        withNotes(argument.description, argument.argChoices, argument.defaultValue as unknown),
      optionDescription: ({ description, argChoices, defaultValue, defaultValueDescription }) =>
        withNotes(description, argChoices, defaultValueDescription ?? (defaultValue as unknown)),
    });
}

/** Choices and default behind a description; a flag that is off says nothing. */
function withNotes(description: string, choices: readonly string[] | undefined, value: unknown): string {
  const notes = [
    ...(choices === undefined ? [] : [choices.join(' or ')]),
    ...(value === undefined || typeof value === 'boolean' ? [] : [`default: ${String(value)}`]),
  ];
  return notes.length === 0 ? description : `${description} (${notes.join('; ')})`;
}
