import { describe } from 'vitest';
import type { Backend } from '../../src/main/backends/backend.ts';
import { loadNative } from '../../src/main/backends/native/index.ts';
import { createReference } from '../../src/main/backends/reference/index.ts';

/** The backends that run here: the reference, and the native kernels on every instruction set. */
function backends(): { title: string; create: () => Backend }[] {
  const found = [{ title: 'reference', create: () => createReference(null) }];
  for (const isa of ['avx512', 'avx2', 'neon', 'generic']) {
    const create = (): Backend => {
      process.env['UNDERSTUDY_ISA'] = isa;
      const native = loadNative({ threads: 2 });
      delete process.env['UNDERSTUDY_ISA'];
      if ('unavailable' in native) throw new Error(native.unavailable);
      return native;
    };
    try {
      create();
      found.push({ title: `native ${isa}`, create });
    } catch (error) {
      console.log(`native ${isa} is not tested here: ${(error as Error).message}`);
    }
  }
  return found;
}

/** Runs a suite once on each backend; `use()` activates and gives it. */
export function onEachBackend(suite: (use: () => Promise<Backend>) => void): void {
  for (const { title, create } of backends()) {
    describe(`on ${title}`, () => {
      suite(async () => {
        const backend = create();
        await backend.activate();
        return backend;
      });
    });
  }
}
