/** The number of the workgroup where `groupsFor` laid them out in two dimensions. */
export const linearGroup = `
fn linear_group(at: At) -> u32 {
  return at.group.y * at.groups.x + at.group.x;
}`;

/** Workgroup-wide sum; all `size` invocations must call it. `size` is a power of two. */
export const sharedSum = (size: number): string => `
var<workgroup> partial_sums: array<f32, ${size}>;
fn shared_sum(local: u32, value: f32) -> f32 {
  partial_sums[local] = value;
  workgroupBarrier();
  for (var half = ${size / 2}u; half > 0u; half /= 2u) {
    if (local < half) {
      partial_sums[local] += partial_sums[local + half];
    }
    workgroupBarrier();
  }
  let sum = partial_sums[0];
  workgroupBarrier();
  return sum;
}`;

/**
 * The gates' functions from exp() alone, within bounds: what drivers make of tanh() and of infinities
 * differs (Metal's fast tanh gives NaN for large numbers).
 */
export const activations = `
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(clamp(-x, -80.0, 80.0)));
}
fn hyperbolic(x: f32) -> f32 {
  return 1.0 - 2.0 / (exp(2.0 * clamp(x, -15.0, 15.0)) + 1.0);
}`;

/** WGSL lets compilers assume that there are no infinities: the bits tell. */
export const finite = `
fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}`;
