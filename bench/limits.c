/*
** What the machine can do at best, to measure hugh against:
**   limits walk FILE    length-only walk over a pickle's opcodes: prints opcodes, seconds (bytes in memory) and memo entries
**   limits tree DIR     bare open + read + close of every file below DIR
**   limits read FILE    read of the whole file in 256 KiB pieces
**   limits inflate FILE zlib inflate of the whole file
*/
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint8_t *slurp(const char *path, size_t *size) {
  int fd = open(path, O_RDONLY);
  struct stat info;
  if (fd < 0 || fstat(fd, &info) != 0) exit(2);
  uint8_t *data = malloc((size_t)info.st_size + 16);
  size_t got = 0;
  while (got < (size_t)info.st_size) {
    ssize_t n = read(fd, data + got, (size_t)info.st_size - got);
    if (n <= 0) exit(2);
    got += (size_t)n;
  }
  close(fd);
  *size = got;
  return data;
}

static uint64_t le(const uint8_t *p, int bytes) {
  uint64_t v = 0;
  while (bytes-- > 0) v = v << 8 | p[bytes];
  return v;
}

/* How the argument of each opcode is laid out: n>=0 fixed bytes; -1 one line; -2 two lines; -3/-4/-5 counted by 1/4/8 bytes. */
static int8_t layout[256];

static void layouts(void) {
  static const struct {
    const char *codes;
    int8_t how;
  } table[] = {{"FILSVgpP", -1}, {"ci", -2}, {"KCUhq\x80\x82\x8a\x8c", 1}, {"M\x83", 2}, {"Jjr\x84TXB\x8b", 4}, {"G\x95\x8d\x8e\x96", 8}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    for (const char *c = table[i].codes; *c != '\0'; c++) layout[(uint8_t)*c] = table[i].how;
  for (const char *c = "CU\x8a\x8c"; *c != '\0'; c++) layout[(uint8_t)*c] = -3;
  for (const char *c = "TXB\x8b"; *c != '\0'; c++) layout[(uint8_t)*c] = -4;
  for (const char *c = "\x8d\x8e\x96"; *c != '\0'; c++) layout[(uint8_t)*c] = -5;
}

/* Walks over the opcodes up to a STOP; counts those that write the memo unless `puts` is NULL, in which case it is timed. */
static inline size_t pass(const uint8_t *p, const uint8_t *end, size_t *puts) {
  size_t ops = 0;
  while (p < end) {
    uint8_t op = *p++;
    int how = layout[op];
    ops++;
    if (puts != NULL) *puts += op == 'p' || op == 'q' || op == 'r' || op == 0x94;
    if (op == '.') break;
    if (how >= 0) {
      p += how;
    } else if (how == -3) {
      p += 1 + *p;
    } else if (how == -4) {
      p += 4 + le(p, 4);
    } else if (how == -5) {
      p += 8 + le(p, 8);
    } else {
      for (; how < 0 && p != NULL && p < end; how++) {
        p = memchr(p, '\n', (size_t)(end - p));
        if (p != NULL) p++;
      }
      if (p == NULL) break;
    }
  }
  return ops;
}

static int walk(const char *path) {
  size_t size, puts = 0, ops = 0;
  uint8_t *data = slurp(path, &size);
  double best = 1e9;
  layouts();
  for (int round = 0; round < 7; round++) {
    double start = now();
    ops = pass(data, data + size, NULL);
    double took = now() - start;
    if (took < best) best = took;
  }
  if (pass(data, data + size, &puts) != ops) return 1;
  printf("%zu %.6f %zu\n", ops, best, puts);
  return 0;
}

static void tree(const char *path) {
  DIR *dir = opendir(path);
  struct dirent *entry;
  static char buffer[262144];
  if (dir == NULL) return;
  while ((entry = readdir(dir)) != NULL) {
    char child[4096];
    if (entry->d_name[0] == '.') continue;
    snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
    if (entry->d_type == DT_DIR) {
      tree(child);
    } else {
      int fd = open(child, O_RDONLY);
      while (read(fd, buffer, sizeof buffer) == (ssize_t)sizeof buffer) continue;
      close(fd);
    }
  }
  closedir(dir);
}

static int read_all(const char *path, int inflating) {
  static uint8_t in[262144], out[262144];
  int fd = open(path, O_RDONLY);
  z_stream z = {0};
  if (inflating && inflateInit2(&z, 47) != Z_OK) return 2;
  for (ssize_t n; (n = read(fd, in, sizeof in)) > 0;) {
    z.next_in = in;
    z.avail_in = inflating ? (uInt)n : 0;
    while (z.avail_in > 0) {
      z.next_out = out;
      z.avail_out = sizeof out;
      if (inflate(&z, Z_NO_FLUSH) != Z_OK) break;
    }
  }
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  if (strcmp(argv[1], "walk") == 0) return walk(argv[2]);
  if (strcmp(argv[1], "read") == 0) return read_all(argv[2], 0);
  if (strcmp(argv[1], "inflate") == 0) return read_all(argv[2], 1);
  tree(argv[2]);
  return 0;
}
