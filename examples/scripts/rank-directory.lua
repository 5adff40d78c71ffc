-- Which of these models is the most trustworthy? lua5.4 rank-directory.lua models/*
local hugh = require "hugh"

local policy = assert(require("hugh.policy").load("hugginghugh"))
local ranked = {}
for _, directory in ipairs(arg) do
  local model, message = hugh.model(directory)
  if model then
    ranked[#ranked + 1] = assert(hugh.assess(model, policy))
  else
    io.stderr:write(message, "\n")
  end
end
table.sort(ranked, function(a, b) return a.score > b.score end)
for place, result in ipairs(ranked) do
  print(("%3d  %s  %5.1f  %-5s  %s"):format(place, result.grade, result.score, result.verdict, result.target))
end
