import process from 'node:process';
import { CommanderError } from 'commander';
import { isUserError } from '../../shared/errors.ts';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-code.ts';
import { processOutput, type Output } from './output.ts';
import { createProgram } from './program.ts';

/** Tells an error in one line (with --json also as a JSON line) and gives its exit code. */
function report(error: unknown, output: Output, asJson: boolean): ExitCode {
  if (error instanceof CommanderError) {
    // Commander has said it already; help and version end with 0.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  const debug = process.env['UNDERSTUDY_DEBUG'] === '1';
  const known = isUserError(error);
  const sentence = error instanceof Error ? error.message : String(error);
  const exitCode = known ? exitCodeOf(error.code) : exitCodes.failure;
  if (asJson) output.json({ event: 'error', code: known ? error.code : 'unexpected', sentence });
  output.note(
    known
      ? `understudy: ${sentence}\n`
      : `understudy: something went wrong that should not: ${sentence.split('\n')[0]}` +
          (debug ? '\n' : ' (UNDERSTUDY_DEBUG=1 shows where)\n'),
  );
  if (debug && error instanceof Error) output.note(`${error.stack}\n`);
  return exitCode;
}

/** Runs one command line and returns the exit code. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  const output = processOutput();
  try {
    const program = createProgram(output);
    if (argv.length === 0) {
      program.outputHelp();
      return exitCodes.usage;
    }
    await program.parseAsync(argv, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    return report(error, output, argv.includes('--json'));
  }
}
