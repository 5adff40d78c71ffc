/*
** hugh.digest: SHA-256 and SHA-1 over libcrypto: of strings, piece by piece, and of whole files, git's blob name among them.
*/
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lcompat.h"

#define DIGEST "hugh.digest"
#define PIECE (256u << 10)

static const EVP_MD *algorithm(const char *name) {
  if (strcmp(name, "sha256") == 0) return EVP_sha256();
  if (strcmp(name, "sha1") == 0 || strcmp(name, "git-sha1") == 0) return EVP_sha1();
  return NULL;
}

#define HEX_SIZE (2 * EVP_MAX_MD_SIZE)

/* Ends the digest; returns the length of its hexadecimal digits. */
static size_t finish(EVP_MD_CTX *context, char hex[HEX_SIZE]) {
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context, raw, &size);
  for (unsigned i = 0; i < size; i++) {
    hex[2 * i] = "0123456789abcdef"[raw[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[raw[i] & 15];
  }
  return 2 * (size_t)size;
}

/* digest.new("sha256"|"sha1") */
static int new_digest(lua_State *L) {
  const EVP_MD *md = algorithm(luaL_checkstring(L, 1));
  luaL_argcheck(L, md, 1, "\"sha256\" or \"sha1\" expected");
  EVP_MD_CTX **context = lua_newuserdata(L, sizeof *context);
  *context = NULL;
  luaL_setmetatable(L, DIGEST);
  *context = EVP_MD_CTX_new();
  if (!*context || !EVP_DigestInit_ex(*context, md, NULL)) return luaL_error(L, "libcrypto refused the digest");
  return 1;
}

static EVP_MD_CTX *check_digest(lua_State *L) {
  EVP_MD_CTX **context = luaL_checkudata(L, 1, DIGEST);
  luaL_argcheck(L, *context, 1, "already finished");
  return *context;
}

static int digest_update(lua_State *L) {
  size_t size;
  EVP_MD_CTX *context = check_digest(L);
  const char *bytes = luaL_checklstring(L, 2, &size);
  EVP_DigestUpdate(context, bytes, size);
  lua_settop(L, 1);
  return 1;
}

static int digest_free(lua_State *L) {
  EVP_MD_CTX **context = luaL_checkudata(L, 1, DIGEST);
  EVP_MD_CTX_free(*context);
  *context = NULL;
  return 0;
}

/* Ends the digest: d:hex() -> lower-case hexadecimal */
static int digest_hex(lua_State *L) {
  char hex[HEX_SIZE];
  size_t length = finish(check_digest(L), hex);
  digest_free(L);
  lua_pushlstring(L, hex, length);
  return 1;
}

static int fail(lua_State *L, const char *path) {
  int number = errno;
  lua_pushnil(L);
  lua_pushfstring(L, "%s: %s", path, strerror(number));
  lua_pushstring(L, number == ENOENT ? "ENOENT" : number == EACCES ? "EACCES" : "EIO");
  return 3;
}

/* digest.file(path, "sha256"|"sha1"|"git-sha1") -> hex | nil, message, code */
static int digest_file(lua_State *L) {
  const char *path = hugh_check_path(L, 1), *name = luaL_checkstring(L, 2);
  const EVP_MD *md = algorithm(name);
  luaL_argcheck(L, md, 2, "\"sha256\", \"sha1\" or \"git-sha1\" expected");
  char *piece = lua_newuserdata(L, PIECE);
  struct stat status;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); /* a FIFO must not hang us */
  if (file >= 0 && fstat(file, &status) == 0 && !S_ISREG(status.st_mode)) {
    close(file);
    file = -1;
    errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
  }
  if (file < 0) return fail(L, path);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  ssize_t got = context && EVP_DigestInit_ex(context, md, NULL) ? 1 : -1;
  if (got > 0 && strcmp(name, "git-sha1") == 0) {
    int size = snprintf(piece, PIECE, "blob %lld", (long long)status.st_size);
    EVP_DigestUpdate(context, piece, (size_t)size + 1); /* git hashes the NUL too */
  }
  while (got > 0 && (got = read(file, piece, PIECE)) > 0) EVP_DigestUpdate(context, piece, (size_t)got);
  close(file);
  if (got < 0) {
    EVP_MD_CTX_free(context);
    return fail(L, path);
  }
  char hex[HEX_SIZE];
  size_t length = finish(context, hex);
  EVP_MD_CTX_free(context);
  lua_pushlstring(L, hex, length);
  return 1;
}

static const luaL_Reg methods[] = {{"update", digest_update}, {"hex", digest_hex}, {NULL, NULL}};
static const luaL_Reg meta[] = {{"__gc", digest_free}, {"__close", digest_free}, {NULL, NULL}};
static const luaL_Reg functions[] = {{"new", new_digest}, {"file", digest_file}, {NULL, NULL}};

HUGH_EXPORT int luaopen_hugh_digest(lua_State *L);
int luaopen_hugh_digest(lua_State *L) {
  luaL_newmetatable(L, DIGEST);
  luaL_setfuncs(L, meta, 0);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  luaL_newlib(L, functions);
  return 1;
}
