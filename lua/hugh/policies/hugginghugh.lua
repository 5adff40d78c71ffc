-- The HuggingHugh method: eight factors, 100 points. Rank by security posture, not by benchmark results.
-- A factor returns the share of its points and a reason, or nil and why it cannot be known.

policy "hugginghugh" { about = "The published HuggingHugh trust score" }

grades { A = 90, B = 80, C = 70, D = 60 }
below  { [60] = warn }

factor "publisher_reputation" {
  about = "12 verified organisation, 8 known contributor, 4 unknown but widely downloaded, 0 new or anonymous", weight = 12,
  score = function (m)
    if not m.publisher then return nil, "who published it is not known" end
    if m.publisher_verified or m.publisher_known then return 1, "{publisher} is a well-known organisation" end
    if m.publisher_history then return 8 / 12, "{publisher} is a known community contributor" end
    if m.downloads == nil then return nil, "how {publisher} is regarded is not known" end
    if m.downloads >= 1000000 then return 4 / 12, "{publisher} is not well known, but the model was downloaded {downloads} times" end
    return 0, "{publisher} is not a well-known publisher"
  end,
}

factor "safetensors_usage" {
  about = "18 safe formats only (SafeTensors, GGUF, ONNX), 12 beside pickles, 0 pickles only", weight = 18,
  score = function (m)
    if not m.file_count then return nil, "its files are not known" end
    local safe, pickle = m.safe_format_files > 0, m.pickle_files > 0
    if safe and not pickle then return 1, "only formats that cannot run code" end
    if safe then return 12 / 18, "a safe format, but pickles beside it" end
    if pickle then return 0, "pickles only: loading them can run code" end
    return nil, "no weights in a format the method judges"
  end,
}

factor "no_pickle_files" {
  about = "18 no pickle, 9 pickles with a safe alternative, 0 pickles without one", weight = 18,
  score = function (m)
    if not m.file_count then return nil, "its files are not known" end
    if m.pickle_files == 0 then return 1, "no pickle files" end
    if m.safe_format_files > 0 then return 9 / 18, "there are pickle files; load the safe format instead" end
    return 0, "there are pickle files and no safe alternative"
  end,
}

factor "vulnerabilities" {
  about = "of the libraries it needs: 15 none known, 12 low, 8 medium, 4 high, 0 critical", weight = 15,
  score = function (m)
    if not m.advisories then return nil, m.advisories_problem or "the libraries it needs were not checked" end
    local it, others = m.advisories[1], #m.advisories - 1 -- the worst comes first
    if not it then return 1, "no known vulnerabilities in the libraries it needs, by {advisories_source}" end
    local points = { low = 12, medium = 8, high = 4, critical = 0 }
    return (points[it.severity] or 8) / 15, it.package .. (it.version and " " .. it.version or "") .. " has " .. it.id
      .. " (" .. tostring(it.severity) .. ")" .. (it.fixed and ", fixed in " .. it.fixed or "") .. (others > 0 and "; " .. others .. " more" or "")
  end,
}

factor "license_clarity" {
  about = "10 permissive, 8 commercial use with conditions, 5 copyleft, 2 restrictive or unclear, 0 none", weight = 10,
  score = function (m)
    if m.license_class == nil then return nil, "the license is not known" end
    if m.license_class == "none" then return 0, "no license is stated" end
    local share = { permissive = 1, conditional = 0.8, copyleft = 0.5, restrictive = 0.2, unknown = 0.2 }
    local words = { permissive = "permissive", conditional = "commercial use with conditions", copyleft = "copyleft", restrictive = "restrictive",
      unknown = "its terms are unclear" }
    return share[m.license_class] or 0.2, (m.license or "a license without a name") .. ": " .. (words[m.license_class] or "unclear")
  end,
}

factor "recent_updates" {
  about = "changed within 30 days 8, 90 days 6, 180 days 4, a year 2, longer ago 0", weight = 8,
  score = function (m)
    local age = m.age_days
    if not age then return nil, "when it last changed is not known" end
    local days = math.floor(age)
    local reason = days == 0 and "last changed today" or days == 1 and "last changed yesterday" or "last changed " .. days .. " days ago"
    if age <= 30 then return 1, reason end
    if age <= 90 then return 6 / 8, reason end
    if age <= 180 then return 4 / 8, reason end
    if age <= 365 then return 2 / 8, reason end
    return 0, reason
  end,
}

factor "community_engagement" {
  about = "likes: 1000 or more 7, 100 or more 5, 10 or more 3, fewer 1", weight = 7,
  score = function (m)
    if not m.likes then return nil, "likes are not known" end
    if m.likes >= 1000 then return 1, "{likes} likes" end
    if m.likes >= 100 then return 5 / 7, "{likes} likes" end
    if m.likes >= 10 then return 3 / 7, "{likes} likes" end
    return 1 / 7, m.likes == 1 and "1 like" or "{likes} likes"
  end,
}

factor "documentation_quality" {
  about = "12 complete model card with usage examples, 8 basic card, 4 minimal README, 0 none", weight = 12,
  score = function (m)
    if not m.card then return nil, "the model card is not known" end
    local share = { complete = 1, basic = 8 / 12, minimal = 4 / 12, none = 0 }
    local words = { complete = "a complete model card with usage examples", basic = "a basic model card without usage examples",
      minimal = "a minimal README", none = "no README" }
    return share[m.card.level] or 0, words[m.card.level] or "no README"
  end,
}

local function files_that_are(m, safety)
  if not m.safety then return false end -- no file was read, which has a rule of its own
  local list = {}
  for _, file in ipairs(m.files) do
    if file.safety == safety then list[#list + 1] = file end
  end
  return #list > 0, list
end

rule "dangerous-file" {
  about = "A file that runs code when it is loaded is never acceptable, whatever the score", verdict = block,
  when = function (m) return files_that_are(m, "dangerous") end,
  message = "a file runs code when it is loaded, or is built to attack", fix = "do not load it; report it to the publisher and the Hub",
}

rule "suspicious-file" {
  about = "Something outside what is known to be safe needs a person's eyes", verdict = warn,
  when = function (m) return files_that_are(m, "suspicious") end,
  message = "a file holds something that is not known to be safe", fix = "read its findings before you load it",
}

rule "unjudged-file" {
  about = "What hugh cannot judge is not thereby harmless", verdict = warn,
  when = function (m) return files_that_are(m, "unknown") end,
  message = "a file is in a format that hugh cannot judge", fix = "look at it yourself, or exempt it by name in your policy",
}

rule "unread-file" {
  about = "What was not read in full cannot be vouched for", verdict = warn,
  when = function (m)
    if not m.safety then return false end
    local list = {}
    for _, file in ipairs(m.files) do
      if not file.complete then list[#list + 1] = file end
    end
    return #list > 0, list
  end,
  message = "a file could not be read in full",
}

rule "flagged-by-hub" {
  about = "The Hub's own scanners see what hugh does not look for, such as viruses", verdict = warn,
  when = function (m)
    local flagged = m.hub_security and m.hub_security.files or {}
    return #flagged > 0, flagged
  end,
  message = "the Hub's own scanners have something against a file", fix = "read their reports on the model's page",
}

rule "not-scanned" {
  about = "A score from metadata alone says nothing about the bytes", verdict = warn,
  when = function (m) return m.safety == nil end,
  message = "no file was read: this score is from metadata alone",
}
