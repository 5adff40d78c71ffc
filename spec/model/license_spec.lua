local license = require("hugh.model.license")

describe("license", function()
  it("knows what each lets people do", function()
    local expected = {
      mit = "permissive", ["apache-2.0"] = "permissive", ["bsd-3-clause"] = "permissive", ["llama3.1"] = "conditional", gemma = "conditional",
      ["openrail++"] = "conditional", ["cc-by-4.0"] = "conditional", ["gpl-3.0"] = "copyleft", ["agpl-3.0"] = "copyleft",
      ["mpl-2.0"] = "copyleft", ["cc-by-nc-4.0"] = "restrictive", ["cc-by-nc-sa-4.0"] = "restrictive", other = "unknown", ["my-own"] = "unknown",
    }
    for id, class in pairs(expected) do assert.are.equal(class, license.class(id), id) end
  end)

  it("reads the spellings people use", function()
    assert.are.equal("apache-2.0", license.normalize(" Apache 2.0 "))
    assert.are.equal("gpl-3.0", license.normalize("GPL-3.0-or-later"))
    assert.are.equal("cc-by-nc-4.0", license.normalize("CC BY-NC 4.0"))
  end)

  it("counts the strictest of several", function()
    assert.are.equal("cc-by-nc-4.0", (license.strictest { "MIT", "cc-by-nc-4.0", "apache-2.0" }))
  end)

  it("recognises license texts", function()
    local file = assert(io.open("LICENSE"))
    assert.are.equal("mit", license.recognize(file:read("*a")))
    file:close()
    assert.are.equal("apache-2.0", license.recognize("   Apache License\n   Version 2.0, January 2004\n"))
    assert.are.equal("agpl-3.0", license.recognize("GNU AFFERO GENERAL PUBLIC LICENSE\n  Version 3, 19 November 2007"))
    assert.is_nil(license.recognize("All rights reserved."))
  end)
end)
