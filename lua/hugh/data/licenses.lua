-- What a license lets people do, by its id in lower case (SPDX, or the Hub's own for model licenses). A trailing `*` covers a family; the
-- longest match wins, and an exact id wins over a family.
--   permissive   use, change and sell, keep the notice        conditional  commercial use, with conditions
--   copyleft     share changes alike                          restrictive  no commercial use, or research only
-- "other" and what is not listed are `unknown`; no license at all is `none`.

local classes = {
  permissive = {
    "mit", "mit-0", "apache-2.0", "bsd", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "0bsd", "isc", "unlicense", "cc0-1.0", "wtfpl",
    "zlib", "bsl-1.0", "ncsa", "postgresql", "artistic-2.0", "afl-3.0", "ecl-2.0", "ms-pl", "pddl", "cdla-permissive-1.0",
    "cdla-permissive-2.0", "python-2.0", "x11",
  },
  conditional = {
    "llama2", "llama3", "llama3.1", "llama3.2", "llama3.3", "llama4", "gemma", "openrail", "openrail++", "openrail-m", "bigscience-openrail-m",
    "bigcode-openrail-m", "bigscience-bloom-rail-1.0", "creativeml-openrail-m", "cc-by-4.0", "cc-by-3.0", "cc-by-2.5", "cc-by-2.0", "cc-by-1.0",
    "cc-by", "odc-by", "etalab-2.0", "apple-amlr", "open-mdw", "deepfloyd-if-license", "tongyi-qianwen", "qwen",
  },
  copyleft = {
    "gpl*", "lgpl*", "agpl*", "mpl*", "osl-3.0", "epl-1.0", "epl-2.0", "eupl-1.1", "eupl-1.2", "cc-by-sa-*", "odbl", "cdla-sharing-1.0", "gfdl*",
    "ofl-1.1", "lppl-1.3c", "cecill*",
  },
  restrictive = {
    "cc-by-nc-*", "cc-by-nc", "cc-by-nd-*", "cc", "c-uda", "fair-noncommercial-research-license", "intel-research", "apple-ascl", "h-research",
    "mrl", "mnpl", "stabilityai-nc*", "llama1",
  },
}

-- How licenses are called in the wild, by the id meant.
local aliases = {
  ["apache"] = "apache-2.0", ["apache 2.0"] = "apache-2.0", ["apache-2"] = "apache-2.0", ["apache2"] = "apache-2.0", ["apache2.0"] = "apache-2.0",
  ["apache license 2.0"] = "apache-2.0", ["mit license"] = "mit", ["the mit license"] = "mit", ["bsd3"] = "bsd-3-clause",
  ["new bsd"] = "bsd-3-clause", ["cc0"] = "cc0-1.0", ["gplv3"] = "gpl-3.0", ["gplv2"] = "gpl-2.0", ["agplv3"] = "agpl-3.0",
  ["llama 2"] = "llama2", ["llama-2"] = "llama2", ["llama 3"] = "llama3", ["openmdw-1.0"] = "open-mdw",
}

-- SPDX writes its ids in one way only; those it spells in another way than the Hub come by the Hub's id.
local spdx = {
  odbl = "ODbL-1.0", ["odc-by"] = "ODC-By-1.0", pddl = "PDDL-1.0", ["c-uda"] = "C-UDA-1.0",
  "0BSD", "AFL-3.0", "AGPL-3.0", "Apache-2.0", "Artistic-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD-3-Clause-Clear", "BSL-1.0", "CC-BY-2.0",
  "CC-BY-2.5", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-NC-2.0", "CC-BY-NC-3.0", "CC-BY-NC-4.0", "CC-BY-NC-ND-3.0", "CC-BY-NC-ND-4.0",
  "CC-BY-NC-SA-2.0", "CC-BY-NC-SA-3.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC0-1.0", "CDLA-Permissive-1.0",
  "CDLA-Permissive-2.0", "CDLA-Sharing-1.0", "ECL-2.0", "EPL-1.0", "EPL-2.0", "EUPL-1.1", "EUPL-1.2", "GPL-2.0", "GPL-3.0", "ISC", "LGPL-2.1",
  "LGPL-3.0", "LPPL-1.3c", "MIT", "MIT-0", "MPL-2.0", "MS-PL", "NCSA", "OFL-1.1", "OSL-3.0", "PostgreSQL", "Python-2.0", "Unlicense", "WTFPL",
  "X11", "Zlib", "etalab-2.0",
}
for _, id in ipairs(spdx) do spdx[id:lower()] = id end

-- Phrases by which the text of a license file is known, looked for in this order once white space is folded and case is dropped.
local phrases = {
  { "gnu affero general public license version 3", "agpl-3.0" },
  { "gnu lesser general public license version 3", "lgpl-3.0" },
  { "gnu lesser general public license version 2.1", "lgpl-2.1" },
  { "gnu general public license version 3", "gpl-3.0" },
  { "gnu general public license version 2", "gpl-2.0" },
  { "mozilla public license version 2.0", "mpl-2.0" },
  { "apache license version 2.0", "apache-2.0" },
  { "llama 3.3 community license", "llama3.3" },
  { "llama 3.2 community license", "llama3.2" },
  { "llama 3.1 community license", "llama3.1" },
  { "llama 4 community license", "llama4" },
  { "meta llama 3 community license", "llama3" },
  { "llama 2 community license", "llama2" },
  { "gemma terms of use", "gemma" },
  { "bigscience open rail-m", "bigscience-openrail-m" },
  { "bigcode open rail-m", "bigcode-openrail-m" },
  { "creativeml open rail++-m", "openrail++" },
  { "creativeml open rail-m", "creativeml-openrail-m" },
  { "attribution-noncommercial-noderivatives 4.0", "cc-by-nc-nd-4.0" },
  { "attribution-noncommercial-sharealike 4.0", "cc-by-nc-sa-4.0" },
  { "attribution-noncommercial 4.0", "cc-by-nc-4.0" },
  { "attribution-noderivatives 4.0", "cc-by-nd-4.0" },
  { "attribution-sharealike 4.0", "cc-by-sa-4.0" },
  { "attribution 4.0 international", "cc-by-4.0" },
  { "cc0 1.0 universal", "cc0-1.0" },
  { "do what the fuck you want to public license", "wtfpl" },
  { "this is free and unencumbered software released into the public domain", "unlicense" },
  { "boost software license - version 1.0", "bsl-1.0" },
  { "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee", "isc" },
  { "permission is hereby granted, free of charge, to any person obtaining a copy of this software", "mit" },
  { "neither the name of", "bsd-3-clause" },
  { "redistribution and use in source and binary forms, with or without modification", "bsd-2-clause" },
}

return { classes = classes, aliases = aliases, phrases = phrases, spdx = spdx }
