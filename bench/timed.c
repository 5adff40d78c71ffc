/*
** timed RUNS SECONDS COMMAND...: runs each COMMAND (one string, split at spaces, no shell) RUNS times in turn, after one warm-up if RUNS is
** more than one, output thrown away. Prints a line per command: median wall seconds, median CPU seconds, largest resident set in KiB, exit
** code. A command that takes longer than SECONDS is killed and not run again; its line says what it took until then, and "cut".
*/
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CUT (-1)

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

static sample run(const char *command, unsigned limit) {
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
    alarm(limit); /* outlives exec */
    execvp(words[0], words);
    _exit(127);
  }
  struct rusage usage;
  int status;
  wait4(child, &status, 0, &usage);
  sample s = {now() - start, seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss, 128};
  if (WIFEXITED(status)) s.code = WEXITSTATUS(status);
  else if (WTERMSIG(status) == SIGALRM) s.code = CUT;
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

static void print(sample *s, int runs) {
  if (runs > 0 && s[runs - 1].code == CUT) {
    printf("%.6f %.6f %ld cut\n", s[runs - 1].wall, s[runs - 1].cpu, s[runs - 1].kib);
    return;
  }
  long kib = 0;
  for (int r = 0; r < runs; r++) kib = s[r].kib > kib ? s[r].kib : kib;
  int code = s[0].code;
  qsort(s, (size_t)runs, sizeof *s, by_cpu);
  double cpu = s[runs / 2].cpu;
  qsort(s, (size_t)runs, sizeof *s, by_wall);
  printf("%.6f %.6f %ld %d\n", s[runs / 2].wall, cpu, kib, code);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  int runs = atoi(argv[1]), limit = atoi(argv[2]), commands = argc - 3;
  if (runs < 1 || limit < 0) return 2;
  sample *samples = calloc((size_t)((runs + 1) * commands), sizeof *samples);
  int *taken = calloc((size_t)commands, sizeof *taken);
  if (samples == NULL || taken == NULL) return 2;
  for (int r = runs > 1 ? -1 : 0; r < runs; r++) {
    for (int c = 0; c < commands; c++) {
      sample *own = &samples[c * (runs + 1)];
      if (taken[c] > 0 && own[taken[c] - 1].code == CUT) continue;
      sample s = run(argv[3 + c], (unsigned)limit);
      if (r >= 0 || s.code == CUT) own[taken[c]++] = s;
    }
  }
  for (int c = 0; c < commands; c++) print(&samples[c * (runs + 1)], taken[c]);
  return 0;
}
