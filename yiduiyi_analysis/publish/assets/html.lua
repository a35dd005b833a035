-- Form of the HTML only: tables that a keyboard can move and a screen reader can tell apart.

local numbered = 0

-- The first column names its row, unless it is a number or spans several rows.
local function names_rows(body)
  for _, row in ipairs(body.body) do
    local first = row.cells[1]
    if not first or first.row_span > 1 or first.classes:includes("num") then return false end
  end
  return #body.body > 0
end

local function head_rows(body)
  if body.row_head_columns > 0 or not names_rows(body) then return end
  body.row_head_columns = 1
  for _, row in ipairs(body.body) do row.cells[1].attributes.scope = "row" end
end

-- Columns as wide as what they hold: a browser knows better than the equal parts that pandoc assumes.
local function unmeasured(colspecs)
  for _, spec in ipairs(colspecs) do spec[2] = nil end
  return colspecs
end

function Table(tbl)
  for _, body in ipairs(tbl.bodies) do head_rows(body) end
  tbl.colspecs = unmeasured(tbl.colspecs)
  return tbl
end

-- What scrolls must be reached by the keyboard, and says what it is.
function Div(div)
  local tbl = div.content[1]
  if not (div.classes:includes("table") and tbl and tbl.t == "Table") then return nil end
  numbered = numbered + 1
  local caption = pandoc.utils.stringify(tbl.caption.long)
  div.attributes.role = "region"
  div.attributes.tabindex = "0"
  div.attributes["aria-label"] = caption ~= "" and caption or ("表格 " .. numbered)
  return div
end

-- A figure is wider than a phone: there it is moved sideways, as tables are.
function Figure(figure)
  figure.attributes.tabindex = "0"
  return figure
end

-- A formula on a line of its own is moved sideways on a phone, too.
function Para(para)
  local math = #para.content == 1 and para.content[1]
  if not (math and math.t == "Math" and math.mathtype == "DisplayMath") then return nil end
  local scrolled = { { "role", "region" }, { "tabindex", "0" }, { "aria-label", "公式" } } -- in this order, always
  return pandoc.Div({ para }, pandoc.Attr("", { "formula" }, scrolled))
end
