-- How a report looks in Word, as far as pandoc can say it: notes in a style of their own, numbers that Word
-- counts on by itself. What a report says is decided in filter.lua, the rest of its form in word.py.

local RUN = '<w:r>%s</w:r>'
local MARK = RUN:format('<w:fldChar w:fldCharType="%s"/>')
local TEXT = RUN:format('<w:t xml:space="preserve">%s</w:t>')
local LABEL = RUN:format('<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve">%s</w:t>')
local CODE = RUN:format('<w:instrText xml:space="preserve"> SEQ %s \\* ARABIC </w:instrText>')

-- 表1 → 表 and a field that shows 1 and counts anew when a person adds a table and updates the fields
function Span(span)
  if not span.classes:includes("number") then return nil end
  local label, number = pandoc.utils.stringify(span):match("^(%D+)(%d+)$")
  if not label then return nil end
  local parts = { LABEL:format(label), MARK:format("begin"), CODE:format(label), MARK:format("separate"),
    TEXT:format(number), MARK:format("end") }
  return pandoc.RawInline("openxml", table.concat(parts))
end

function Div(div)
  if div.classes:includes("note") then div.attributes["custom-style"] = "Table Note" end
  return div
end

-- A printed page shows the address; the document itself refers to no other host.
function Link(link)
  if not link.target:match("^%a[%w+.-]*:") then return nil end
  local said = pandoc.utils.stringify(link)
  if link.target == said then return link.content end
  return link.content .. { pandoc.Str("（" .. link.target .. "）") }
end
