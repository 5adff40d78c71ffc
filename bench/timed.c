/*
** timed RUNS COMMAND...: runs each COMMAND (one string, split at spaces, no shell) RUNS times in turn after one warm-up, output thrown
** away, and prints a line per command: median wall seconds, median CPU seconds, largest resident set in KiB, exit code.
*/
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct sample {
  double wall, cpu;
  long kib;
  int code;
} sample;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec * 1e-6; }

static sample run(const char *command) {
  char *copy = strdup(command), *words[64];
  size_t count = 0;
  for (char *word = strtok(copy, " "); word != NULL && count < 63; word = strtok(NULL, " ")) words[count++] = word;
  words[count] = NULL;
  double start = now();
  pid_t child = fork();
  if (child == 0) {
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    if (getenv("TIMED_STDERR") == NULL) dup2(null, 2);
    execvp(words[0], words);
    _exit(127);
  }
  struct rusage usage;
  int status;
  wait4(child, &status, 0, &usage);
  sample s = {now() - start, seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128};
  free(copy);
  return s;
}

static int by_wall(const void *a, const void *b) {
  double x = ((const sample *)a)->wall, y = ((const sample *)b)->wall;
  return (x > y) - (x < y);
}

static int by_cpu(const void *a, const void *b) {
  double x = ((const sample *)a)->cpu, y = ((const sample *)b)->cpu;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int runs = atoi(argv[1]), commands = argc - 2;
  if (runs < 1) return 2;
  sample *samples = calloc((size_t)(runs * commands), sizeof *samples);
  if (samples == NULL) return 2;
  for (int c = 0; c < commands; c++) run(argv[2 + c]);
  for (int r = 0; r < runs; r++)
    for (int c = 0; c < commands; c++) samples[c * runs + r] = run(argv[2 + c]);
  for (int c = 0; c < commands; c++) {
    sample *s = &samples[c * runs];
    long kib = 0;
    for (int r = 0; r < runs; r++) kib = s[r].kib > kib ? s[r].kib : kib;
    int code = s[0].code;
    qsort(s, (size_t)runs, sizeof *s, by_cpu);
    double cpu = s[runs / 2].cpu;
    qsort(s, (size_t)runs, sizeof *s, by_wall);
    printf("%.6f %.6f %ld %d\n", s[runs / 2].wall, cpu, kib, code);
  }
  return 0;
}
