/* Runs what csrc/fuzz/drive.c checks over files: properties FILE..., each under its own name in several ways. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/drive.h"

#define WAYS 6 /* of the eight ways, chosen at random, to scan it once more */

int main(int count, char **paths) {
  for (int i = 1; i < count; i++) {
    FILE *file = fopen(paths[i], "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) return 1;
    size_t size = (size_t)ftell(file) + 1;
    uint8_t *data = malloc(size);
    rewind(file);
    if (data == NULL || fread(data + 1, 1, size - 1, file) != size - 1) return 1;
    fclose(file);
    const char *slash = strrchr(paths[i], '/'), *name = slash != NULL ? slash + 1 : paths[i];
    fprintf(stderr, "%s\n", paths[i]); /* the last one is the one that aborts */
    for (int way = 0; way < WAYS; way++) {
      data[0] = (uint8_t)way; /* which seeds the choice */
      fuzz_drive(&name, 1, data, size);
    }
    free(data);
  }
  return 0;
}
