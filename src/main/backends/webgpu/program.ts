/** How a buffer is seen by a program: its elements, and whether they are only read. */
export interface Binding {
  readonly type: 'f32' | 'vec4f' | 'i32' | 'u32' | 'vec2u';
  readonly access: 'read' | 'read_write';
}

export type Bindings = Readonly<Record<string, Binding>>;
export type Parameters = Readonly<Record<string, 'u32' | 'f32'>>;

/**
 * A compute shader in WGSL. Its body sees `params`, its buffers by their names, and these of the current
 * invocation, as the entry point `run(at)` is given them: `at.local` (index in the workgroup), `at.id`
 * (position in it), `at.group` (the workgroup), `at.groups` (how many there are).
 */
export interface Program<B extends Bindings = Bindings, P extends Parameters = Parameters> {
  /** One program, one name: pipelines are found by it. */
  readonly name: string;
  /** At most 8 buffers, as every device allows. */
  readonly buffers: B;
  /** At most 64 numbers. */
  readonly params: P;
  /** Invocations of a workgroup, at most 256. */
  readonly workgroup: readonly [x: number, y: number, z: number];
  /** WGSL with a function `run(at: At)`. */
  readonly body: string;
}

export const read = (type: Binding['type'] = 'f32'): Binding => ({ type, access: 'read' });
export const write = (type: Binding['type'] = 'f32'): Binding => ({ type, access: 'read_write' });

/** Numbers of a program in its uniform buffer: 64 of them, as offsets there go by 256 bytes. */
export const SLOT = 64;

/** The whole text of a program. */
export function sourceOf({ buffers, params, workgroup, body }: Program): string {
  const fields = Object.entries(params).map(([name, type]) => `  ${name}: ${type},`);
  const declarations = Object.entries(buffers).map(
    ([name, { type, access }], i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${access}> ${name}: array<${type}>;`,
  );
  return [
    'struct Params {',
    ...fields,
    '}',
    'struct At { local: u32, id: vec3u, group: vec3u, groups: vec3u }',
    '@group(0) @binding(0) var<uniform> params: Params;',
    ...declarations,
    body,
    `@compute @workgroup_size(${workgroup.join(', ')})`,
    'fn main(',
    '  @builtin(local_invocation_index) local: u32,',
    '  @builtin(local_invocation_id) id: vec3u,',
    '  @builtin(workgroup_id) group: vec3u,',
    '  @builtin(num_workgroups) groups: vec3u,',
    ') {',
    '  run(At(local, id, group, groups));',
    '}',
  ].join('\n');
}

/** WGSL statements for i = 0 to n - 1, so that no driver is asked to unroll a loop. */
export const unrolled = (n: number, statement: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => statement(i)).join('\n');
