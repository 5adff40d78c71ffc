-- What honest picklers write of classes that are safe only in some uses; spec/fixtures/hostile/attacks.py has the uses that are not.
local hugh = require "hugh"

local function name(module, global) return "c" .. module .. "\n" .. global .. "\n" end
local function text(value) return "\140" .. string.char(#value) .. value end
local function tuple(...) return "(" .. table.concat({ ... }) .. "t" end
local function call(callee, ...) return callee .. tuple(...) .. "R" end
local function new(class, ...) return class .. tuple(...) .. "\129" end
local function dict(items)
  local out = { "}" }
  for i = 1, #items, 2 do out[#out + 1] = text(items[i]) .. items[i + 1] .. "s" end
  return table.concat(out)
end

local function judged(body)
  local file = hugh.scan({ name = "x.pkl", data = "\128\4" .. body .. "." }).files[1]
  return file.safety, file.findings[1] and file.findings[1].message
end

local layer = name("torch.nn.modules.normalization", "LayerNorm")
local layer_factory = call(name("functools", "partial"), layer) .. tuple(layer, ")", dict { "eps", "G>\176\198\247\160\181\237\141" }, "N") .. "b"

describe("a use that its check admits", function()
  for what, body in pairs {
    ["a partial of a class, kept in a layer"] = new(name("torchvision.models.vision_transformer", "VisionTransformer")) .. dict { "norm_layer", layer_factory } .. "b",
    ["an optimizer over tensors"] = new(name("torch.optim.adam", "Adam"))
      .. dict { "defaults", dict { "lr", "K\1" }, "state", call(name("collections", "defaultdict"), name("builtins", "dict")), "param_groups", "]" } .. "b",
    ["a fitted isotonic regression"] = new(name("sklearn.isotonic", "IsotonicRegression")) .. dict { "increasing", "\136", "X_min_", "K\0" } .. "b",
    ["a search tree of thirteen parts"] = call(name("sklearn.neighbors._kd_tree", "newObj"), name("sklearn.neighbors._kd_tree", "KDTree")) .. tuple(("N"):rep(13)) .. "b",
    ["a metric of two parts"] = call(name("sklearn.metrics._dist_metrics", "newObj"), name("sklearn.metrics._dist_metrics", "EuclideanDistance64"))
      .. tuple("K\2", "N") .. "b",
    ["a namespace"] = call(name("types", "SimpleNamespace")) .. dict { "a", "K\1" } .. "b",
    ["a member of an enumeration"] = call(name("transformers.trainer_utils", "IntervalStrategy"), text("no")),
    ["a member by its name"] = call(name("builtins", "getattr"), name("transformers.trainer_utils", "IntervalStrategy"), text("EPOCH")),
    ["items before state"] = new(name("sklearn.utils._bunch", "Bunch")) .. text("data") .. "K\1s" .. dict { "a", "K\1" } .. "b",
    ["an ordered dict with attributes"] = call(name("collections", "OrderedDict")) .. text("weight") .. "K\1s" .. dict { "_metadata", "}" } .. "b",
    ["a set as dill names it"] = call(call(name("dill._dill", "_load_type"), text("set")), "]"),
    ["a bounded queue"] = call(name("collections", "deque"), ")", "K\5") .. "(K\1K\2e",
  } do
    it("is safe: " .. what, function() assert.are.same({ "safe" }, { judged(body) }) end)
  end

  it("is judged by what dill's name stands for", function()
    assert.are.equal("dangerous", (judged(call(name("dill._dill", "_load_type"), text("FunctionType")))))
    assert.are.equal("suspicious", (judged(call(name("dill._dill", "_load_type"), call(name("builtins", "str"), text("set"))))))
  end)

  it("ends where the same thing is called, or handed to a call", function()
    assert.are.equal("suspicious", (judged(layer_factory .. ")R")))
    assert.are.equal("suspicious", (judged(call(name("builtins", "list"), layer_factory))))
  end)
end)
