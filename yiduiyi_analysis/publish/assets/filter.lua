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
  text = text:gsub("<style.->.-</style>", "") -- how a document looks is its own affair
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

-- A caption for what a cell shows without one: from the cell's own metadata (caption, and alt for a picture).
local function captioned(blocks, said)
  if not said.caption then return blocks end
  local caption, given = pandoc.Plain({ pandoc.Str(said.caption) }), false
  local function once(block)
    if given or pandoc.utils.stringify(block.caption.long) ~= "" then return nil, false end
    given, block.caption.long = true, { caption }
    return block, false
  end
  local function picture(block)
    if given or #block.content ~= 1 or block.content[1].t ~= "Image" then return nil end
    given = true
    local image = block.content[1]
    if said.alt or #image.caption == 0 then image.caption = { pandoc.Str(said.alt or said.caption) } end
    return pandoc.Div({ pandoc.Figure({ pandoc.Plain({ image }) }, { long = { caption } }) }, { class = "exhibit" })
  end
  local walk = { traverse = "topdown", Table = once, Figure = once, Para = picture, Plain = picture }
  return pandoc.Blocks(blocks):walk(walk)
end

local function body(blocks)
  local kept = pandoc.List()
  for _, block in ipairs(blocks) do
    local is_cell = block.t == "Div" and block.classes:includes("cell")
    if not is_cell then
      kept:insert(block)
    elseif not tagged(block, HIDDEN) then
      if block.classes:includes("markdown") then kept:extend(block.content)
      elseif not tagged(block, SILENT) then kept:extend(captioned(shown(block), block.attributes)) end
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

-- What pandas prints of a frame: the name of the index stands in a header row of its own, rows are numbered
-- from nought, numbers stand to the left. Cells are counted from the right, since an index may span rows.
local MISSING = { NaN = true, NaT = true, ["<NA>"] = true, None = true }

local function blank(cell) return pandoc.utils.stringify(cell.contents) == "" end

local function body_rows(tbl)
  local rows = pandoc.List()
  for _, part in ipairs(tbl.bodies) do rows:extend(part.body) end
  return rows
end

local function join_index_names(head)
  local names = head.rows[#head.rows]
  if #head.rows < 2 or not blank(names.cells[#names.cells]) then return end
  local above = head.rows[#head.rows - 1]
  for at, cell in ipairs(names.cells) do
    if not blank(cell) then above.cells[at].contents = cell.contents end
  end
  head.rows:remove()
end

-- The running index that pandas gives a frame without one: 0, 1, 2 …, with a gap where rows are left out.
-- Years, codes or what is left of a filtered frame are the researcher's own.
local function is_numbered(tbl, rows)
  local due = 0
  for _, row in ipairs(tbl.head.rows) do
    if not blank(row.cells[1]) then return false end
  end
  for _, row in ipairs(rows) do
    local text = pandoc.utils.stringify(row.cells[1].contents)
    local number = #row.cells == #tbl.colspecs and tonumber(text)
    if text == "…" then due = nil
    elseif not number or (due and number ~= due) then return false
    else due = number + 1 end
  end
  return #tbl.colspecs > 1 and #rows > 0
end

local function without_first_column(tbl, rows)
  for _, row in ipairs(tbl.head.rows) do row.cells:remove(1) end
  for _, row in ipairs(rows) do row.cells:remove(1) end
  for _, part in ipairs(tbl.bodies) do part.row_head_columns = 0 end
  tbl.colspecs:remove(1)
end

local function to_the_right(tbl, rows)
  local width, text = #tbl.colspecs, {}
  for _, row in ipairs(rows) do
    for at, cell in ipairs(row.cells) do
      local said, column = pandoc.utils.stringify(cell.contents), width - #row.cells + at
      local is_number = said:gsub("−", "-"):match("^[-+]?[%d,]*%.?%d+[eE+%-%d]*%%?$") or said == "…"
      text[column] = text[column] or not is_number
    end
  end
  for column = 1, width do
    if text[column] == false then tbl.colspecs[column] = { pandoc.AlignRight, nil } end
  end
end

local function of_pandas(tbl)
  if not tbl.classes:includes("dataframe") then return tbl end
  tbl = tbl:walk({
    Str = function(str) return (MISSING[str.text] or str.text == "...") and pandoc.Str("…") or nil end,
  })
  for _, row in ipairs(tbl.head.rows) do row.attr = pandoc.Attr() end
  join_index_names(tbl.head)
  local rows = body_rows(tbl)
  if is_numbered(tbl, rows) then without_first_column(tbl, rows) end
  to_the_right(tbl, rows)
  tbl.attr = pandoc.Attr()
  return tbl
end

-- "5 rows × 3 columns" is for whoever writes the notebook.
local function size_of_frame(block)
  return pandoc.utils.stringify(block):match("^%d+ rows × %d+ columns$") and {} or nil
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

-- Pictures given as data become files, which every form can take; nothing is fetched from elsewhere.
local ENDINGS = { ["image/png"] = ".png", ["image/svg+xml"] = ".svg", ["image/jpeg"] = ".jpg", ["image/gif"] = ".gif" }

local function as_file(image)
  local kind = image.src:match("^data:([^;,]+)")
  if not ENDINGS[kind] then return nil end
  local _, contents = pandoc.mediabag.fetch(image.src)
  image.src = pandoc.utils.sha1(contents) .. ENDINGS[kind]
  pandoc.mediabag.insert(image.src, kind, contents)
  return image
end

function Pandoc(doc)
  doc.blocks = pandoc.Blocks(joined(without_title(body(doc.blocks)))):walk({
    Table = function(tbl) return pandoc.Div(number(of_pandas(tbl), "表"), { class = "table" }) end,
    Figure = function(figure) return number(figure, "图") end,
    Para = size_of_frame,
    Image = as_file,
  })
  doc.meta.jupyter = nil
  return doc
end
