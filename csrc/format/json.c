/*
** A pull reader for JSON. See json.h.
*/
#include "json.h"

enum { EXPECT_VALUE, EXPECT_VALUE_OR_CLOSE, EXPECT_KEY, EXPECT_KEY_OR_CLOSE, EXPECT_COLON, EXPECT_COMMA, EXPECT_NOTHING };

void hugh_json_open(hugh_json *json, hugh_view *view, uint64_t at, uint64_t end, bool strict) {
  *json = (hugh_json){.view = view, .at = at, .end = end, .strict = strict, .depth_max = strict ? 127 : HUGH_JSON_DEPTH_MAX};
}

void hugh_json_close(hugh_scan *scan, hugh_json *json) {
  if (json->buffer != NULL) hugh_resize(scan, json->buffer, json->capacity, 0);
  json->buffer = NULL;
}

bool hugh_json_in_object(const hugh_json *json) {
  uint32_t level = json->depth - 1;
  return json->depth > 0 && (json->is_object[level / 8] >> (level % 8) & 1) != 0;
}

bool hugh_json_after_member(const hugh_json *json) { return json->expect == EXPECT_COMMA && hugh_json_in_object(json); }

static hugh_json_token broken(hugh_json *json, const char *problem) {
  if (json->problem == NULL) json->problem = problem;
  return HUGH_JSON_BROKEN;
}

/* Up to `most` bytes from here within the document, more if they are at hand; NULL with *token set when there are none. */
static const uint8_t *peek(hugh_scan *scan, hugh_json *json, size_t most, size_t *length, hugh_json_token *token) {
  hugh_view *view = json->view;
  for (;;) {
    uint64_t end = json->end < view->size ? json->end : view->size; /* an unknown size is larger than any */
    uint64_t left = end > json->at ? end - json->at : 0;
    *token = HUGH_JSON_END;
    if (left == 0) return NULL;
    size_t min = most < left ? most : (size_t)left;
    const uint8_t *p = hugh_view_get(scan, view, json->at, min, left < HUGH_READ ? (size_t)left : HUGH_READ, length);
    if (p != NULL) {
      if (*length > left) *length = (size_t)left;
      return p;
    }
    if (view->got == HUGH_NEED) {
      *token = HUGH_JSON_NEED;
      return NULL;
    }
    if (min == 1 || view->size == HUGH_UNKNOWN_SIZE || view->size >= end) return NULL;
  }
}

/* Adds to the string that is being read, as far as there is room. */
static void keep(hugh_scan *scan, hugh_json *json, const void *bytes, size_t count) {
  if (json->skip_text || json->text_cut) return;
  if (count > HUGH_JSON_TEXT_MAX - json->length) {
    count = HUGH_JSON_TEXT_MAX - json->length;
    json->text_cut = true;
  }
  if (count > json->capacity - json->length) {
    size_t capacity = json->capacity == 0 ? 256 : json->capacity;
    while (capacity - json->length < count) capacity *= 2;
    char *grown = hugh_resize(scan, json->buffer, json->capacity, capacity);
    if (grown == NULL) {
      json->text_cut = true;
      return;
    }
    json->buffer = grown;
    json->capacity = capacity;
  }
  if (count > 0) memcpy(json->buffer + json->length, bytes, count);
  json->length += count;
}

static int hex4(const uint8_t *p) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hugh_hex_digit(p[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

/* One escape at p; its length in the input, or 0 when it is none (cut off, or not valid). */
static size_t escape(hugh_scan *scan, hugh_json *json, const uint8_t *p, size_t length) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (length < 2) return 0;
  if (p[1] != 'u') {
    const char *found = p[1] != 0 ? strchr(from, p[1]) : NULL;
    if (found == NULL) return 0;
    keep(scan, json, to + (found - from), 1);
    return 2;
  }
  int code = length >= 6 ? hex4(p + 2) : -1;
  if (code < 0) return 0;
  size_t used = 6;
  uint32_t scalar = (uint32_t)code;
  if (code >= 0xd800 && code <= 0xdfff) {
    int low = code <= 0xdbff && length >= 12 && p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : -1;
    if (low >= 0xdc00 && low <= 0xdfff) {
      scalar = 0x10000 + ((uint32_t)(code - 0xd800) << 10 | (uint32_t)(low - 0xdc00));
      used = 12;
    } else if (json->strict) {
      return 0;
    }
  }
  char out[4];
  keep(scan, json, out, hugh_utf8_put(out, scalar));
  return used;
}

/* Goes on in a string whose opening quote was read. */
static hugh_json_token string(hugh_scan *scan, hugh_json *json) {
  for (;;) {
    size_t length = 0, i = 0;
    hugh_json_token token = HUGH_JSON_END;
    const uint8_t *p = peek(scan, json, 1, &length, &token);
    if (p == NULL) return token == HUGH_JSON_NEED ? token : broken(json, "a string does not end");
    while (i < length && p[i] >= 0x20 && p[i] < 0x80 && p[i] != '"' && p[i] != '\\') i++;
    if (i > 0) {
      keep(scan, json, p, i);
      json->at += i;
      continue;
    }
    size_t used = 1;
    if (p[0] == '"') {
      json->at++;
      json->in_string = false;
      json->text = (hugh_text){json->buffer != NULL ? json->buffer : "", json->length};
      bool key = json->expect == EXPECT_KEY;
      json->expect = key ? EXPECT_COLON : EXPECT_COMMA;
      return key ? HUGH_JSON_KEY : HUGH_JSON_STRING;
    }
    if (p[0] < 0x20 && json->strict) return broken(json, "a control character in a string");
    if (p[0] == '\\') {
      p = peek(scan, json, 12, &length, &token);
      if (p == NULL) return token;
      used = escape(scan, json, p, length);
      if (used == 0) return broken(json, "an escape that is not valid");
    } else if (p[0] < 0x20) {
      keep(scan, json, p, 1);
    } else {
      p = peek(scan, json, 4, &length, &token);
      if (p == NULL) return token;
      used = hugh_utf8_length(p, length);
      if (used == 0 && json->strict) return broken(json, "bytes that are not UTF-8");
      if (used == 0) used = 1;
      keep(scan, json, p, used);
    }
    json->at += used;
  }
}

/* Powers of ten that doubles can hold, each the nearest one, as serde_json has them. */
#define TENS(n) 1e##n##0, 1e##n##1, 1e##n##2, 1e##n##3, 1e##n##4, 1e##n##5, 1e##n##6, 1e##n##7, 1e##n##8, 1e##n##9
static const double tens[309] = {
    TENS(0),  TENS(1),  TENS(2),  TENS(3),  TENS(4),  TENS(5),  TENS(6),  TENS(7),  TENS(8),  TENS(9),  TENS(10),
    TENS(11), TENS(12), TENS(13), TENS(14), TENS(15), TENS(16), TENS(17), TENS(18), TENS(19), TENS(20), TENS(21),
    TENS(22), TENS(23), TENS(24), TENS(25), TENS(26), TENS(27), TENS(28), TENS(29), 1e300,    1e301,    1e302,
    1e303,    1e304,    1e305,    1e306,    1e307,    1e308};

/* Whether serde_json would call significand * 10^exponent out of range. It computes as here. */
static bool out_of_range(uint64_t significand, int64_t exponent) {
  if (significand == 0 || exponent < 0) return false;
  if (exponent > 308) return true;
  return (double)significand * tens[exponent] > 1.7976931348623157e308;
}

enum { NUMBER_SIGN, NUMBER_ZERO, NUMBER_WHOLE, NUMBER_DOT, NUMBER_FRACTION, NUMBER_E, NUMBER_E_SIGN, NUMBER_EXPONENT };

/* Takes one character of a number; false when it is not part of it. */
static bool number_take(hugh_json *json, uint8_t c) {
  bool digit = c >= '0' && c <= '9';
  switch (json->number_state) {
    case NUMBER_SIGN:
      if (!digit) return false;
      json->number_state = c == '0' ? NUMBER_ZERO : NUMBER_WHOLE;
      json->integer = (uint64_t)(c - '0');
      return true;
    case NUMBER_WHOLE:
    case NUMBER_ZERO:
      if (digit && json->number_state == NUMBER_WHOLE) {
        uint64_t value = json->integer;
        if (json->exponent > 0 || value > UINT64_MAX / 10 || (value == UINT64_MAX / 10 && c > '5')) {
          json->number_float = true; /* digits beyond what an integer holds only count */
          if (json->exponent < 1 << 20) json->exponent++;
        } else {
          json->integer = value * 10 + (uint64_t)(c - '0');
        }
        return true;
      }
      break;
    case NUMBER_DOT:
      if (!digit) return false;
      json->number_state = NUMBER_FRACTION;
      goto fraction;
    case NUMBER_FRACTION:
    fraction:
      if (!digit) break;
      if (json->exponent <= 0 && json->exponent > -(1 << 20) && json->integer <= (UINT64_MAX - 9) / 10) {
        json->integer = json->integer * 10 + (uint64_t)(c - '0');
        json->exponent--;
      }
      return true;
    case NUMBER_E:
      if (c == '+' || c == '-') {
        json->exponent_negative = c == '-';
        json->number_state = NUMBER_E_SIGN;
        return true;
      }
      if (!digit) return false;
      goto exponent;
    case NUMBER_E_SIGN:
      if (!digit) return false;
      goto exponent;
    case NUMBER_EXPONENT:
      if (!digit) return false;
    exponent:
      json->number_state = NUMBER_EXPONENT;
      if (json->exponent_digits < 1 << 24) json->exponent_digits = json->exponent_digits * 10 + (c - '0');
      return true;
    default: return false;
  }
  if (c == '.' && json->number_state != NUMBER_FRACTION) json->number_state = NUMBER_DOT;
  else if ((c | 32) == 'e') json->number_state = NUMBER_E;
  else return false;
  json->number_float = true;
  return true;
}

static hugh_json_token number(hugh_scan *scan, hugh_json *json) {
  for (;;) {
    size_t length = 0, i = 0;
    hugh_json_token token = HUGH_JSON_END;
    const uint8_t *p = peek(scan, json, 1, &length, &token);
    if (p == NULL && token == HUGH_JSON_NEED) return token;
    while (i < length && number_take(json, p[i])) i++;
    json->at += i;
    if (p != NULL && i == length) continue;
    break;
  }
  json->in_number = false;
  json->expect = EXPECT_COMMA;
  switch (json->number_state) {
    case NUMBER_ZERO:
    case NUMBER_WHOLE:
    case NUMBER_FRACTION:
    case NUMBER_EXPONENT: break;
    default: return broken(json, "not a number");
  }
  int64_t exponent = (int64_t)json->exponent + (json->exponent_negative ? -json->exponent_digits : json->exponent_digits);
  if (json->strict && json->number_float && out_of_range(json->integer, exponent)) return broken(json, "a number out of range");
  return json->number_float || json->number_negative ? HUGH_JSON_FLOAT : HUGH_JSON_INTEGER;
}

typedef struct literal {
  const char *text;
  hugh_json_token token;
  bool strict;
} literal;

static hugh_json_token word(hugh_scan *scan, hugh_json *json) {
  static const literal literals[] = {
      {"true", HUGH_JSON_TRUE, true},    {"false", HUGH_JSON_FALSE, true},      {"null", HUGH_JSON_NULL, true},
      {"NaN", HUGH_JSON_FLOAT, false},   {"Infinity", HUGH_JSON_FLOAT, false},  {"-Infinity", HUGH_JSON_FLOAT, false},
  };
  size_t length = 0;
  hugh_json_token token = HUGH_JSON_END;
  const uint8_t *p = peek(scan, json, 9, &length, &token);
  if (p == NULL) return token;
  for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
    const literal *l = &literals[i];
    size_t size = strlen(l->text);
    if (json->strict && !l->strict) continue;
    if (!hugh_starts(p, length, l->text, size)) continue;
    json->at += size;
    json->expect = EXPECT_COMMA;
    return l->token;
  }
  if (p[0] == '-' || (p[0] >= '0' && p[0] <= '9')) {
    json->in_number = true;
    json->number_state = NUMBER_SIGN;
    json->number_negative = p[0] == '-';
    json->number_float = json->exponent_negative = false;
    json->integer = 0;
    json->exponent = json->exponent_digits = 0;
    if (json->number_negative) json->at++;
    return number(scan, json);
  }
  return broken(json, "a value was expected");
}

static hugh_json_token open_container(hugh_json *json, bool object) {
  if (json->depth == json->depth_max) return broken(json, "nested too deeply");
  uint8_t bit = (uint8_t)(1u << (json->depth % 8)), *byte = &json->is_object[json->depth / 8];
  *byte = (uint8_t)(object ? *byte | bit : *byte & ~bit);
  json->depth++;
  json->at++;
  json->expect = object ? EXPECT_KEY_OR_CLOSE : EXPECT_VALUE_OR_CLOSE;
  return object ? HUGH_JSON_OBJECT : HUGH_JSON_ARRAY;
}

static hugh_json_token close_container(hugh_json *json) {
  json->depth--;
  json->at++;
  json->expect = EXPECT_COMMA;
  return HUGH_JSON_CLOSE;
}

static hugh_json_token value(hugh_scan *scan, hugh_json *json, uint8_t c) {
  if (c == '{' || c == '[') return open_container(json, c == '{');
  if (c != '"') return word(scan, json);
  json->at++;
  json->in_string = true;
  json->text_cut = false;
  json->length = 0;
  return string(scan, json);
}

hugh_json_token hugh_json_next(hugh_scan *scan, hugh_json *json) {
  if (json->problem != NULL) return HUGH_JSON_BROKEN;
  if (json->in_string) return string(scan, json);
  if (json->in_number) return number(scan, json);
  for (;;) {
    size_t length = 0, i = 0;
    hugh_json_token token = HUGH_JSON_END;
    if (json->expect == EXPECT_COMMA && json->depth == 0) json->expect = json->strict ? EXPECT_NOTHING : EXPECT_VALUE;
    const uint8_t *p = peek(scan, json, 1, &length, &token);
    if (p == NULL) {
      if (token == HUGH_JSON_NEED) return token;
      bool whole = json->depth == 0 && (json->expect == EXPECT_NOTHING || (json->expect == EXPECT_VALUE && !json->strict));
      return whole ? HUGH_JSON_END : broken(json, "the text ends in the middle");
    }
    while (i < length && (p[i] == ' ' || p[i] == '\n' || p[i] == '\r' || p[i] == '\t')) i++;
    json->at += i;
    if (i == length) continue;
    uint8_t c = p[i];
    json->start = json->at;
    switch (json->expect) {
      case EXPECT_NOTHING: return broken(json, "something follows the value");
      case EXPECT_VALUE_OR_CLOSE:
        if (c == ']') return close_container(json);
        return value(scan, json, c);
      case EXPECT_VALUE: return value(scan, json, c);
      case EXPECT_KEY_OR_CLOSE:
        if (c == '}') return close_container(json);
        json->expect = EXPECT_KEY;
        continue;
      case EXPECT_KEY:
        if (c != '"') return broken(json, "a key was expected");
        return value(scan, json, c);
      case EXPECT_COLON:
        if (c != ':') return broken(json, "a colon was expected");
        json->at++;
        json->expect = EXPECT_VALUE;
        continue;
      default: /* after a value inside a container */
        if (c == (hugh_json_in_object(json) ? '}' : ']')) return close_container(json);
        if (c != ',') return broken(json, "a comma was expected");
        json->at++;
        json->expect = hugh_json_in_object(json) ? EXPECT_KEY : EXPECT_VALUE;
        continue;
    }
  }
}
