/**
 * The tokens that are still possible, and a selection among them without sorting: expected time linear
 * in their number. The arrays are kept from token to token.
 */
export class Shortlist {
  n = 0;
  ids = new Int32Array(0);
  /** What a token is kept for: larger first. */
  keys = new Float64Array(0);
  /** What a token counts for: probability, or 1. */
  weights = new Float64Array(0);

  /** Takes the tokens that are not at -Infinity; `keys` are their logits. Returns the largest of them. */
  collect(logits: Float32Array): number {
    if (this.ids.length < logits.length) {
      this.ids = new Int32Array(logits.length);
      this.keys = new Float64Array(logits.length);
      this.weights = new Float64Array(logits.length);
    }
    let top = -Infinity;
    let n = 0;
    for (let token = 0; token < logits.length; token++) {
      const logit = logits[token]!;
      if (logit === -Infinity) continue;
      if (logit > top) top = logit;
      this.ids[n] = token;
      this.keys[n++] = logit;
    }
    this.n = n;
    return top;
  }

  /** As `collect`, then `weights` and `keys` are both the probabilities, softmax of the logits. */
  probabilities(logits: Float32Array): void {
    const top = this.collect(logits);
    const { keys, weights, n } = this;
    let total = 0;
    for (let i = 0; i < n; i++) total += keys[i] = Math.exp(keys[i]! - top);
    for (let i = 0; i < n; i++) weights[i] = keys[i] = keys[i]! / total;
  }

  /** Removes the tokens of a smaller key than `floor`, from `logits` too. */
  drop(logits: Float32Array, floor: number): void {
    const { ids, keys, weights } = this;
    let n = 0;
    for (let i = 0; i < this.n; i++) {
      if (keys[i]! < floor) {
        logits[ids[i]!] = -Infinity;
        continue;
      }
      ids[n] = ids[i]!;
      keys[n] = keys[i]!;
      weights[n++] = weights[i]!;
    }
    this.n = n;
  }

  /**
   * Removes from `logits` all but the fewest tokens, largest key first, that weigh `mass` together.
   * Between equal keys the lower token stays. At least one stays when `mass` > 0.
   */
  keep(logits: Float32Array, mass: number): void {
    const { ids, keys, weights } = this;
    let low = 0;
    let high = this.n;
    let left = mass;
    // Quickselect with three parts (Hoare 1961; Dijkstra): above the pivot, the same, below.
    while (low < high) {
      const pivot = median(keys[low]!, keys[(low + high) >>> 1]!, keys[high - 1]!);
      let above = 0;
      let same = 0;
      let from = low;
      let to = high;
      for (let i = low; i < to;) {
        const key = keys[i]!;
        if (key > pivot) {
          above += weights[i]!;
          this.#swap(i++, from++);
        } else if (key < pivot) {
          this.#swap(i, --to);
        } else {
          same += weights[i++]!;
        }
      }
      if (above >= left) {
        high = from;
      } else if (above + same >= left) {
        // Equal keys weigh the same.
        const each = same / (to - from);
        const kept = Math.min(to - from, Math.max(1, Math.ceil((left - above) / each - 1e-9)));
        low = from + kept;
        ids.subarray(from, to).sort();
        break;
      } else {
        left -= above + same;
        low = to;
      }
    }
    for (let i = low; i < this.n; i++) logits[ids[i]!] = -Infinity;
  }

  #swap(i: number, j: number): void {
    const { ids, keys, weights } = this;
    const id = ids[i]!;
    const key = keys[i]!;
    const weight = weights[i]!;
    ids[i] = ids[j]!;
    keys[i] = keys[j]!;
    weights[i] = weights[j]!;
    ids[j] = id;
    keys[j] = key;
    weights[j] = weight;
  }
}

const median = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
