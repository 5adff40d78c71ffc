/*
** hugh.curl: many HTTP requests in flight over libcurl's multi interface. It moves bytes and enforces what only the socket's owner can
** (address checks, size and time limits); redirects, retries and authorization are the caller's, in Lua, where every transport shares them.
*/
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "lcompat.h"

#define MULTI "hugh.curl.multi"
#define HEADER_MOST (64u << 10) /* real Hub answers stay below 8 KB */
#define BODY_FIRST (16u << 10)

typedef struct transfer {
  struct transfer *next;
  CURL *easy;
  struct curl_slist *headers;
  char *body, *head;
  size_t body_size, body_room, head_size, limit;
  lua_Integer id;
  bool open_only; /* refuse addresses that are not on the open Internet */
  bool refused, truncated, out_of_memory;
  char error[CURL_ERROR_SIZE];
} transfer;

typedef struct {
  CURLM *multi;
  transfer *transfers;
  lua_Integer last_id;
} multi;

/* Is the IPv4 address (host order) one that only this machine, its network or nobody owns? The list is IANA's special-purpose registry. */
static bool address4_is_private(uint32_t a) {
  return a >> 24 == 0 || a >> 24 == 10 || a >> 24 == 127 || a >> 22 == 0x64400000u >> 22 || a >> 16 == 0xa9feu || a >> 20 == 0xac1u ||
         a >> 16 == 0xc0a8u || a >> 8 == 0xc00000u || a >> 8 == 0xc00002u || a >> 17 == 0xc6120000u >> 17 || a >> 8 == 0xc63364u ||
         a >> 8 == 0xcb0071u || a >> 28 >= 0xe;
}

static uint32_t read32(const unsigned char *b) { return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]; }

static bool address6_is_private(const unsigned char b[16]) {
  static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  static const unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};
  if (memcmp(b, mapped, 12) == 0 || memcmp(b, nat64, 12) == 0) return address4_is_private(read32(b + 12));
  if (b[0] == 0x20 && b[1] == 0x02) return address4_is_private(read32(b + 2)); /* 6to4 */
  return (b[0] & 0xe0) != 0x20; /* global unicast is 2000::/3; the rest is loopback, unique local, link local, multicast or unassigned */
}

static bool sockaddr_is_private(const struct sockaddr *address) {
  if (address->sa_family == AF_INET) return address4_is_private(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
  if (address->sa_family == AF_INET6) return address6_is_private(((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr);
  return true;
}

/* 1, 0, or -1 if the text is no IP address */
static int text_is_private(const char *text) {
  unsigned char b[16];
  if (inet_pton(AF_INET, text, b) == 1) return address4_is_private(read32(b));
  if (inet_pton(AF_INET6, text, b) == 1) return address6_is_private(b);
  return -1;
}

/* The check sits where the socket is opened: a name that resolves anew (DNS rebinding) cannot get round it, and nothing is connected to. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  transfer *t = context;
  (void)purpose;
  if (t->open_only && sockaddr_is_private(&address->addr)) {
    t->refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* And once more where the request goes out: the connection may be one that another request has opened. */
static int before_request(void *context, char *ip, char *local_ip, int port, int local_port) {
  transfer *t = context;
  (void)local_ip, (void)port, (void)local_port;
  t->refused = t->open_only && text_is_private(ip) != 0;
  return t->refused ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *context) {
  transfer *t = context;
  size_t keep = size < t->limit - t->body_size ? size : t->limit - t->body_size;
  (void)one;
  if (t->body_size + keep > t->body_room) {
    size_t room = t->body_room ? t->body_room : BODY_FIRST;
    while (room < t->body_size + keep) room *= 2;
    char *body = realloc(t->body, room);
    if (!body) {
      t->out_of_memory = true;
      return 0;
    }
    t->body = body;
    t->body_room = room;
  }
  if (keep) memcpy(t->body + t->body_size, bytes, keep);
  t->body_size += keep;
  if (keep < size) t->truncated = true;
  return keep;
}

static size_t on_header(char *bytes, size_t one, size_t size, void *context) {
  transfer *t = context;
  (void)one;
  if (size >= 5 && memcmp(bytes, "HTTP/", 5) == 0) t->head_size = 0; /* a 1xx came before */
  if (size > HEADER_MOST - t->head_size) return 0;
  memcpy(t->head + t->head_size, bytes, size);
  t->head_size += size;
  return size;
}

static void transfer_free(multi *m, transfer *t) {
  for (transfer **at = &m->transfers; *at; at = &(*at)->next) {
    if (*at == t) {
      *at = t->next;
      break;
    }
  }
  if (t->easy) {
    curl_multi_remove_handle(m->multi, t->easy);
    curl_easy_cleanup(t->easy);
  }
  curl_slist_free_all(t->headers);
  free(t->body);
  free(t->head);
  free(t);
}

static multi *check_multi(lua_State *L) {
  multi *m = luaL_checkudata(L, 1, MULTI);
  luaL_argcheck(L, m->multi, 1, "closed");
  return m;
}

static int multi_close(lua_State *L) {
  multi *m = luaL_checkudata(L, 1, MULTI);
  while (m->transfers) transfer_free(m, m->transfers);
  if (m->multi) curl_multi_cleanup(m->multi);
  m->multi = NULL;
  return 0;
}

/* curl.multi(connections_per_host, connections) */
static int new_multi(lua_State *L) {
  long per_host = (long)luaL_optinteger(L, 1, 8), total = (long)luaL_optinteger(L, 2, 32);
  multi *m = lua_newuserdata(L, sizeof *m);
  memset(m, 0, sizeof *m);
  luaL_setmetatable(L, MULTI);
  m->multi = curl_multi_init();
  if (!m->multi) return luaL_error(L, "not enough memory");
  curl_multi_setopt(m->multi, CURLMOPT_MAX_HOST_CONNECTIONS, per_host);
  curl_multi_setopt(m->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, total);
  return 1;
}

/* Leaves the field on the stack, so that its string lives as long as the call. */
static const char *string_field(lua_State *L, const char *name) {
  lua_getfield(L, 2, name);
  return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

#define SECONDS_MOST 1e6

/* A number from 0 to `most`: what is none of the kind counts as the nearest. */
static double between(double value, double most) { return value > 0 ? value < most ? value : most : 0; }

static double number_field(lua_State *L, const char *name, double otherwise, double most) {
  lua_getfield(L, 2, name);
  double value = lua_isnumber(L, -1) ? (double)lua_tonumber(L, -1) : otherwise;
  lua_pop(L, 1);
  return between(value, most);
}

static bool boolean_field(lua_State *L, const char *name) {
  lua_getfield(L, 2, name);
  bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

/* Reads the list of "Name: value" strings at the top of the stack. */
static bool append_headers(lua_State *L, transfer *t) {
  if (!lua_istable(L, -1)) return true;
  for (int i = 1;; i++) {
    lua_rawgeti(L, -1, i);
    const char *line = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    struct curl_slist *longer = line ? curl_slist_append(t->headers, line) : NULL;
    lua_pop(L, 1);
    if (!line) return true;
    if (!longer) return false;
    t->headers = longer;
  }
}

/*
** multi:add{ url, method, headers = { "Name: value" }, body, limit, connect_timeout, stall_timeout, timeout, open_only, proxy, ca, decode }
** -> id. At most `limit` bytes of the body are kept, then the transfer is cut. `proxy` is "" for none.
*/
static int multi_add(lua_State *L) {
  multi *m = check_multi(L);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  const char *url = string_field(L, "url"), *method = string_field(L, "method"), *proxy = string_field(L, "proxy"), *ca = string_field(L, "ca");
  luaL_argcheck(L, url, 2, "a url expected");
  double limit = number_field(L, "limit", 1 << 20, HUGH_SIZE_MOST), connect = number_field(L, "connect_timeout", 10, SECONDS_MOST);
  double stall = number_field(L, "stall_timeout", 20, SECONDS_MOST), whole = number_field(L, "timeout", 300, SECONDS_MOST);
  bool open_only = boolean_field(L, "open_only"), decode = boolean_field(L, "decode");
  size_t sent_size = 0;
  lua_getfield(L, 2, "body");
  const char *sent = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &sent_size) : NULL;
  lua_getfield(L, 2, "headers");

  transfer *t = calloc(1, sizeof *t);
  if (!t) return luaL_error(L, "not enough memory");
  t->next = m->transfers;
  m->transfers = t;
  t->id = ++m->last_id;
  t->limit = (size_t)limit;
  t->open_only = open_only;
  t->head = malloc(HEADER_MOST);
  CURL *easy = t->easy = curl_easy_init();
  bool fine = t->head && easy && append_headers(L, t);
#define SET(option, value) (fine = fine && curl_easy_setopt(easy, option, value) == CURLE_OK)
  SET(CURLOPT_PROTOCOLS_STR, "http,https");
  SET(CURLOPT_URL, url);
  SET(CURLOPT_PROXY, proxy ? proxy : "");
  SET(CURLOPT_NOPROXY, "");
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  SET(CURLOPT_NOSIGNAL, 1L);
  SET(CURLOPT_PIPEWAIT, 1L);
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  SET(CURLOPT_HTTPHEADER, t->headers);
  SET(CURLOPT_ERRORBUFFER, t->error);
  SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(connect * 1000));
  SET(CURLOPT_TIMEOUT_MS, (long)(whole * 1000));
  SET(CURLOPT_LOW_SPEED_LIMIT, 64L);
  SET(CURLOPT_LOW_SPEED_TIME, (long)(stall < 1 ? 1 : stall));
  SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  SET(CURLOPT_OPENSOCKETDATA, t);
  SET(CURLOPT_PREREQFUNCTION, before_request);
  SET(CURLOPT_PREREQDATA, t);
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_WRITEDATA, t);
  SET(CURLOPT_HEADERFUNCTION, on_header);
  SET(CURLOPT_HEADERDATA, t);
  SET(CURLOPT_PRIVATE, t);
  if (ca) SET(CURLOPT_CAINFO, ca);
  if (decode) SET(CURLOPT_ACCEPT_ENCODING, "");
  if (method && strcmp(method, "HEAD") == 0) SET(CURLOPT_NOBODY, 1L);
  if (sent) {
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)sent_size);
    SET(CURLOPT_COPYPOSTFIELDS, sent);
  }
#undef SET
  if (!fine || curl_multi_add_handle(m->multi, easy) != CURLM_OK) {
    transfer_free(m, t);
    return luaL_error(L, "libcurl refused the request");
  }
  lua_pushinteger(L, t->id);
  return 1;
}

static const char *error_code(CURL *easy, CURLcode result) {
  curl_off_t connected = 0;
  switch (result) {
    case CURLE_COULDNT_RESOLVE_PROXY: case CURLE_COULDNT_RESOLVE_HOST: case CURLE_COULDNT_CONNECT: return "CONNECT";
    case CURLE_OPERATION_TIMEDOUT:
      curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
      return connected > 0 ? "TIMEOUT" : "CONNECT";
    case CURLE_SSL_CONNECT_ERROR: case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CACERT_BADFILE: case CURLE_SSL_CERTPROBLEM: return "TLS";
    case CURLE_URL_MALFORMAT: return "URL";
    case CURLE_UNSUPPORTED_PROTOCOL: return "PROTOCOL"; /* not a URL we speak, or an answer that is no HTTP */
    default: return "BROKEN"; /* what arrived is cut short */
  }
}

static void push_result(lua_State *L, transfer *t, CURLcode result) {
  long status = 0;
  char *ip = NULL;
  curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &ip);
  lua_createtable(L, 0, 8);
  lua_pushinteger(L, t->id);
  lua_setfield(L, -2, "id");
  if (result != CURLE_OK && !t->truncated) {
    lua_pushstring(L, t->refused ? "the address is private" : t->out_of_memory ? "not enough memory" : t->error[0] ? t->error : curl_easy_strerror(result));
    lua_setfield(L, -2, "error");
    lua_pushstring(L, t->refused ? "REFUSED" : t->out_of_memory ? "MEMORY" : error_code(t->easy, result));
    lua_setfield(L, -2, "code");
  }
  lua_pushinteger(L, (lua_Integer)status);
  lua_setfield(L, -2, "status");
  lua_pushlstring(L, t->head, t->head_size);
  lua_setfield(L, -2, "head");
  lua_pushlstring(L, t->body ? t->body : "", t->body_size);
  lua_setfield(L, -2, "body");
  lua_pushboolean(L, t->truncated);
  lua_setfield(L, -2, "truncated");
  if (ip && ip[0]) {
    lua_pushboolean(L, text_is_private(ip) != 0);
    lua_setfield(L, -2, "private");
  }
}

/* multi:wait(seconds) -> list of finished transfers { id, status, head, body, truncated, private } or { id, error, code }; empty after a while */
static int multi_wait(lua_State *L) {
  multi *m = check_multi(L);
  double seconds = between((double)luaL_checknumber(L, 2), SECONDS_MOST);
  int running = 0, left = 0, count = 0;
  lua_newtable(L);
  curl_multi_perform(m->multi, &running);
  for (int round = 0; round < 2; round++) {
    CURLMsg *message;
    while ((message = curl_multi_info_read(m->multi, &left)) != NULL) {
      transfer *t = NULL;
      CURLcode result = message->data.result;
      if (message->msg != CURLMSG_DONE) continue;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
      push_result(L, t, result);
      lua_rawseti(L, -2, ++count);
      transfer_free(m, t);
    }
    if (count || round) break;
    curl_multi_poll(m->multi, NULL, 0, (int)(seconds * 1000), NULL);
    curl_multi_perform(m->multi, &running);
  }
  return 1;
}

/* curl.is_private(ip) -> boolean, or nil if it is not an IP address */
static int is_private(lua_State *L) {
  int private = text_is_private(luaL_checkstring(L, 1));
  if (private < 0) lua_pushnil(L);
  else lua_pushboolean(L, private);
  return 1;
}

/* curl.now() -> seconds of a clock that never goes back */
static int now(lua_State *L) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  lua_pushnumber(L, (lua_Number)time.tv_sec + (lua_Number)time.tv_nsec / 1e9);
  return 1;
}

static const luaL_Reg methods[] = {{"add", multi_add}, {"wait", multi_wait}, {"close", multi_close}, {NULL, NULL}};
static const luaL_Reg meta[] = {{"__gc", multi_close}, {"__close", multi_close}, {NULL, NULL}};
static const luaL_Reg functions[] = {{"multi", new_multi}, {"is_private", is_private}, {"now", now}, {NULL, NULL}};

HUGH_EXPORT int luaopen_hugh_curl(lua_State *L);
int luaopen_hugh_curl(lua_State *L) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  luaL_newmetatable(L, MULTI);
  luaL_setfuncs(L, meta, 0);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  luaL_newlib(L, functions);
  return 1;
}
