/*
 * OpenBLAS's side of bench/gemm.ts: C = A·B in row-major order on one thread.
 *
 * One JSON object per line on standard input, one per line on standard output (see process.ts):
 *
 *     {"case":"about","milliseconds":0}      -> {"core": "..."}
 *     {"case":"64x128x32","milliseconds":40} -> {"calls", "seconds", "samples", "values"}: m x k x n; seconds per call of
 *                                               samples of about 1 ms; elements spread over C
 *
 * Operands are those of gemm-data.ts. cc -O2 openblas.c -lopenblas
 */
#include <cblas.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern char *openblas_get_corename(void);
extern void openblas_set_num_threads(int count);

enum { VALUES = 64, SAMPLES = 4096 };

static const double SAMPLE_SECONDS = 1e-3;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* On a boundary of a cache line, as the other side's operands. */
static float *matrix(size_t count) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, count * sizeof(float)) != 0) exit(1);
  return memory;
}

static float *filled(size_t count, uint32_t state) {
  float *x = matrix(count);
  for (size_t i = 0; i < count; i++) {
    state = state * 1664525u + 1013904223u;
    x[i] = (float)(state >> 8) / 16777216.0f - 0.5f;
  }
  return x;
}

static struct {
  int m, k, n;
  float *a, *b, *c;
} product;

static void prepare(int m, int k, int n) {
  if (product.m == m && product.k == k && product.n == n) return;
  free(product.a);
  free(product.b);
  free(product.c);
  product.m = m;
  product.k = k;
  product.n = n;
  product.a = filled((size_t)m * k, 1);
  product.b = filled((size_t)k * n, 2);
  product.c = matrix((size_t)m * n);
}

static void multiply(void) {
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, product.m, product.n, product.k, 1.0f, product.a, product.k,
              product.b, product.n, 0.0f, product.c, product.n);
}

int main(void) {
  char line[256];
  openblas_set_num_threads(1);
  while (fgets(line, sizeof line, stdin) != NULL) {
    int m, k, n;
    double milliseconds;
    if (sscanf(line, "{\"case\":\"%dx%dx%d\",\"milliseconds\":%lf}", &m, &k, &n, &milliseconds) == 4) {
      static double samples[SAMPLES];
      int count = 0;
      long calls = 0, batch = 1;
      double started = now(), seconds;
      prepare(m, k, n);
      do {
        double before = now(), passed;
        for (long call = 0; call < batch; call++) multiply();
        passed = now() - before;
        calls += batch;
        samples[count++] = passed / batch;
        if (passed < SAMPLE_SECONDS / 2) batch *= 2;
        seconds = now() - started;
      } while (seconds * 1000 < milliseconds && count < SAMPLES);
      printf("{\"calls\":%ld,\"seconds\":%.9f,\"samples\":[", calls, seconds);
      for (int s = 0; s < count; s++) printf("%s%.9g", s == 0 ? "" : ",", samples[s]);
      printf("],\"values\":[");
      for (int v = 0; v < VALUES; v++) {
        size_t at = ((size_t)m * n - 1) * v / (VALUES - 1);
        printf("%s%.9g", v == 0 ? "" : ",", product.c[at]);
      }
      printf("]}\n");
    } else if (strncmp(line, "{\"case\":\"about\"", 15) == 0) {
      printf("{\"core\":\"%s\"}\n", openblas_get_corename());
    } else {
      printf("{\"error\":\"unknown request\"}\n");
    }
    fflush(stdout);
  }
  return 0;
}
