/*
** Data that hugh reads out of zip archives for itself (advisories). hugh.io.zip reads the directory; here are the bytes of a member.
*/
#define ZLIB_CONST
#include <zlib.h>

#include "lcore.h"

/* core.inflate(packed, size, crc) -> the `size` bytes of a deflated zip member | nil, message, code */
static int zip_inflate(lua_State *L) {
  size_t packed_size;
  const char *packed = luaL_checklstring(L, 1, &packed_size);
  unsigned long long size = hugh_check_size(L, 2), crc = hugh_check_size(L, 3);
  luaL_argcheck(L, packed_size <= UINT32_MAX && size <= UINT32_MAX, 2, "too large");
  Bytef *out = lua_newuserdata(L, size > 0 ? (size_t)size : 1);
  z_stream stream = {.next_in = (const Bytef *)packed, .avail_in = (uInt)packed_size, .next_out = out, .avail_out = (uInt)size};
  int status = inflateInit2(&stream, -MAX_WBITS);
  if (status == Z_OK) {
    status = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
  }
  if (status != Z_STREAM_END || stream.avail_out != 0 || crc32(0, out, (uInt)size) != crc) {
    lua_pushnil(L);
    lua_pushliteral(L, "the packed bytes are damaged");
    lua_pushliteral(L, "ZIP");
    return 3;
  }
  lua_pushlstring(L, (const char *)out, (size_t)size);
  return 1;
}

static const luaL_Reg functions[] = {{"inflate", zip_inflate}, {NULL, NULL}};

void hugh_open_zip(lua_State *L) { luaL_setfuncs(L, functions, 0); }
