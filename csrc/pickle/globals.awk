# Turns globals.tsv into the rows of judge.c's table, in the order that its binary search needs. Run under LC_ALL=C.
# A malformed table fails the build: a row that is silently lost would be a global that is silently not known.

BEGIN { FS = "\t" }

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
  printf "{\"%s\", \"%s\", HUGH_GLOBAL_%s, HUGH_CHECK_%s, \"%s\", \"%s\"},\n",
    module, name, toupper($3), $4 == "-" ? "NONE" : toupper($4), $5, $6
}

END { exit failed }
