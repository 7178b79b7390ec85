// Products of bfloat16, summed in float32: the part of kernels_impl.h, within its namespace, for processors
// with AVX512-BF16.
INLINE __m512bh words_at(const float* p) {
  __m512i bits = _mm512_loadu_si512(p);
  __m512bh words;
  memcpy(&words, &bits, sizeof words);
  return words;
}
INLINE __m512bh word_everywhere(const float* p) {
  int32_t word;
  memcpy(&word, p, 4);
  __m512i bits = _mm512_set1_epi32(word);
  __m512bh words;
  memcpy(&words, &bits, sizeof words);
  return words;
}
INLINE __m512i rounded(V v) {
  __m256bh half = _mm512_cvtneps_pbh(v);
  __m256i bits;
  memcpy(&bits, &half, sizeof bits);
  return _mm512_cvtepu16_epi32(bits);
}

template <int M>
void tile_rows_bf16(Index k, const float* a, Index stride, const float* b, float* c, Index ldc, int n,
                    bool accumulate) {
  V s[M][VECTORS];
  for (int r = 0; r < M; r++)
    for (int j = 0; j < VECTORS; j++) s[r][j] = set1(0);
  for (; k > 0; k--, a += stride, b += NR) {
    __m512bh w[VECTORS];
    for (int j = 0; j < VECTORS; j++) w[j] = words_at(b + j * LANES);
    for (int r = 0; r < M; r++) {
      const __m512bh x = word_everywhere(a + r);
      for (int j = 0; j < VECTORS; j++) s[r][j] = _mm512_dpbf16_ps(s[r][j], x, w[j]);
    }
  }
  for (int j = 0; j < VECTORS; j++) {
    const int left = n - j * LANES;
    if (left <= 0) return;
    for (int r = 0; r < M; r++) {
      float* p = c + r * ldc + j * LANES;
      put(p, accumulate ? add(get(p, left), s[r][j]) : s[r][j], left);
    }
  }
}

void tile_bf16(Index k, const float* a, Index stride, const float* b, float* c, Index ldc, int m, int n,
               bool accumulate) {
#define ROWS_CASE(M) \
  case M: return tile_rows_bf16<M>(k, a, stride, b, c, ldc, n, accumulate)
  switch (m) {
    ROWS_CASE(1);
    ROWS_CASE(2);
    ROWS_CASE(3);
    ROWS_CASE(4);
    ROWS_CASE(5);
    ROWS_CASE(6);
    ROWS_CASE(7);
    ROWS_CASE(8);
  }
#undef ROWS_CASE
}

void pairs(Index n, const float* x, float* words) {
  Index i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES) {
    const __m512bh both = _mm512_cvtne2ps_pbh(load(x + i + LANES), load(x + i));
    memcpy(words + i / 2, &both, sizeof both);
  }
  if (i == n) return;
  const int left = (int)(n - i), low = left < LANES ? left : LANES;
  const V high = left > LANES ? load_n(x + i + LANES, left - LANES) : set1(0);
  const __m512bh both = _mm512_cvtne2ps_pbh(high, load_n(x + i, low));
  float tail[LANES];
  memcpy(tail, &both, sizeof tail);
  memcpy(words + i / 2, tail, (left + 1) / 2 * sizeof(float));
}

void interleave(Index n, const float* x, const float* y, float* words) {
  for (Index i = 0; i < n; i += LANES) {
    const int left = n - i < LANES ? (int)(n - i) : LANES;
    __m512i both = rounded(get(x + i, left));
    if (y) both = _mm512_or_si512(both, _mm512_slli_epi32(rounded(get(y + i, left)), 16));
    _mm512_mask_storeu_epi32(words + i, left < LANES ? first(left) : (__mmask16)0xFFFF, both);
  }
}
