import fs from 'node:fs/promises';

/** A system call that came back without an error; times are seconds since 1970. */
export interface Traced {
  readonly call: string;
  readonly began: number;
  readonly ended: number;
  /** Of the descriptor it was given. */
  readonly path: string | null;
  /** Of a rename. */
  readonly from: string | null;
  readonly to: string | null;
  /** Its arguments, as strace writes them. */
  readonly text: string;
}

/** `12345 1764.25 fsync(25</tmp/x>) = 0`, or the two halves of a call that others ran in between. */
const whole = /^(\d+) +([\d.]+) (\w+)\((.*)\) += (-?\d+)/s;
const half = /^(\d+) +([\d.]+) (\w+)\((.*) <unfinished \.\.\.>$/s;
const rest = /^(\d+) +([\d.]+) <\.\.\. (\w+) resumed>(.*)\) += (-?\d+)/s;

/** Reads the log of `strace -f -ttt -y`, in the order in which the calls began. */
export async function readTrace(log: string): Promise<Traced[]> {
  const traced: Traced[] = [];
  const open = new Map<string, { readonly began: number; readonly text: string }>();
  for (const line of (await fs.readFile(log, 'utf8')).split('\n')) {
    const begun = half.exec(line);
    if (begun) {
      const [, pid, began, call, text] = begun;
      open.set(`${pid} ${call}`, { began: Number(began), text: text! });
      continue;
    }
    const [, pid, at, call, text, result] = whole.exec(line) ?? rest.exec(line) ?? [];
    if (pid === undefined || Number(result) < 0) continue;
    const first = line.includes(' resumed>') ? open.get(`${pid} ${call}`) : undefined;
    traced.push(
      tracedOf(call!, first?.began ?? Number(at), Number(at), (first?.text ?? '') + text!),
    );
  }
  return traced.sort((a, b) => a.began - b.began);
}

function tracedOf(call: string, began: number, ended: number, text: string): Traced {
  const names = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, name]) => name!);
  const isRename = call.startsWith('rename');
  return {
    call,
    began,
    ended,
    path: /^\d+<([^>]*)>/.exec(text)?.[1] ?? null,
    from: isRename ? (names[0] ?? null) : null,
    to: isRename ? (names.at(-1) ?? null) : null,
    text,
  };
}
