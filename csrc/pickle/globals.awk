# Turns globals.tsv into judge.c's table, in the order that its binary search needs. Run under LC_ALL=C.
# A malformed table fails the build: a row that is silently lost would be a global that is silently not known.
#
# The rows name their texts by their place in one struct of texts, each there once: with pointers the loader would have to relocate a
# quarter of a megabyte at every start.

BEGIN {
  FS = "\t"
  count = 0
}

# The place of a text, which joins the others when it is new.
function place(text) {
  if (!(text in places)) {
    places[text] = "TEXT(t" count ")"
    texts[count++] = text
  }
  return places[text]
}

function fail(why) {
  printf "%s:%d: %s\n", FILENAME, FNR, why > "/dev/stderr"
  failed = 1
  exit 1
}

FNR == 1 {
  if ($0 != "module\tname\tclass\tcheck\tcategory\treason") fail("unexpected header")
  next
}

{
  if (NF != 6) fail("expected 6 columns, found " NF)
  if ($1 < module || ($1 == module && $2 <= name)) fail($1 " " $2 " is out of order or there twice")
  if ($3 != "safe" && $3 != "dangerous") fail("class is '" $3 "'")
  if ($3 == "safe" && $2 == "*") fail("only a dangerous entry may cover a whole module")
  if ($4 !~ /^(-|[a-z_]+)$/) fail("check is '" $4 "'")
  if ($0 ~ /["\\]/) fail("quotes and backslashes are not escaped")
  module = $1
  name = $2
  rows[FNR] = sprintf("{%s, %s, %s, %s, HUGH_GLOBAL_%s, HUGH_CHECK_%s},",
    place(module), place(name), place($5), place($6), toupper($3), $4 == "-" ? "NONE" : toupper($4))
}

END {
  if (failed) exit 1
  print "static const struct texts {"
  for (i = 0; i < count; i++) printf "char t%d[%d];\n", i, length(texts[i]) + 1
  print "} texts = {"
  for (i = 0; i < count; i++) printf "\"%s\",\n", texts[i]
  print "};\nstatic const entry table[] = {"
  for (row = 2; row <= FNR; row++) print rows[row]
  print "};"
}
