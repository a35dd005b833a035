-- An executed notebook → the blocks of a report: no code, one form of each output, captions numbered.

local HIDDEN = { remove_cell = true, ["remove-cell"] = true }
local SILENT = { remove_output = true, ["remove-output"] = true }

local function tagged(cell, wanted)
  for tag in (cell.attributes.tags or ""):gmatch('[^%[%]",%s]+') do
    if wanted[tag] then return true end
  end
  return false
end

-- pandoc keeps a class on a div, not on a paragraph
local function read_html(text)
  text = text:gsub('<p(%s+class=[^>]*)>(.-)</p>', '<div%1><p>%2</p></div>')
  return pandoc.read(text, "html").blocks
end

-- Of the forms in which a notebook shows one thing, the richest: HTML, then Markdown, picture, plain text.
local function best(output)
  local picture, plain
  for _, block in ipairs(output.content) do
    if block.t == "RawBlock" and block.format == "html" then return read_html(block.text) end
  end
  for _, block in ipairs(output.content) do
    if block.t == "RawBlock" and block.format == "markdown" then
      return pandoc.read(block.text, "markdown-yaml_metadata_block").blocks
    elseif block.t == "CodeBlock" then plain = plain or block
    else picture = picture or block end
  end
  return { picture or plain }
end

local function shown(cell)
  local blocks = pandoc.List()
  for _, output in ipairs(cell.content) do
    if output.t == "Div" and output.classes:includes("output") and not output.classes:includes("stderr") then
      local is_data = output.classes:includes("display_data") or output.classes:includes("execute_result")
      blocks:extend(is_data and best(output) or output.content)
    end
  end
  return blocks
end

local function body(blocks)
  local kept = pandoc.List()
  for _, block in ipairs(blocks) do
    local is_cell = block.t == "Div" and block.classes:includes("cell")
    if not is_cell then
      kept:insert(block)
    elseif not tagged(block, HIDDEN) then
      if block.classes:includes("markdown") then kept:extend(block.content)
      elseif not tagged(block, SILENT) then kept:extend(shown(block)) end
    end
  end
  return kept
end

-- What stands where there is no evidence; a section without any says so in one line.
local OPEN, CLOSE = "（", "：没有可用的数据，本部分从略。）"

local function lacking(block)
  if not block or block.t ~= "Para" then return nil end
  local text = pandoc.utils.stringify(block)
  local is_one = text:sub(1, #OPEN) == OPEN and text:sub(-#CLOSE) == CLOSE
  return is_one and text:sub(#OPEN + 1, -#CLOSE - 1) or nil
end

-- A figure and its table lack the same thing, and a subject its parts: it is named once.
local function named(subjects, subject)
  for _, known in ipairs(subjects) do
    if subject:sub(1, #known) == known then return true end
  end
  return false
end

local function joined(blocks)
  local kept, before = pandoc.List(), nil
  for _, block in ipairs(blocks) do
    local subject = lacking(block)
    if subject and before then
      if not named(before, subject) then before:insert(subject) end
      kept[#kept] = pandoc.Para({ pandoc.Str(OPEN .. table.concat(before, "；") .. CLOSE) })
    else
      before = subject and pandoc.List({ subject })
      kept:insert(block)
    end
  end
  return kept
end

-- The title block carries the title; a heading of the first level would be a second one.
local function without_title(blocks)
  return blocks:filter(function(block) return not (block.t == "Header" and block.level == 1) end)
end

local counted = { Table = 0, Figure = 0 }

local function number(block, label)
  local caption = block.caption.long
  if pandoc.utils.stringify(caption) == "" then return block end
  counted[block.t] = counted[block.t] + 1
  local text = pandoc.utils.blocks_to_inlines(caption)
  local mark = pandoc.Span(label .. counted[block.t], { class = "number" })
  block.caption.long = { pandoc.Plain({ mark, pandoc.Str("\u{3000}"), table.unpack(text) }) }
  return block
end

function Pandoc(doc)
  doc.blocks = pandoc.Blocks(joined(without_title(body(doc.blocks)))):walk({
    Table = function(tbl) return pandoc.Div(number(tbl, "表"), { class = "table" }) end,
    Figure = function(figure) return number(figure, "图") end,
  })
  doc.meta.jupyter = nil
  return doc
end
