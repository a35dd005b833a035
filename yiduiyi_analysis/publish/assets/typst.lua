-- The blocks of a report → calls of what report.typ defines. Form only: nothing is added, left out or renumbered.

local TEXT_WIDTH = 442 -- points: A4 less margins of 28 and 26 mm
local SIZES = { 10.5, 9, 8, 7.5, 7 } -- points, of a table's type; the largest in which it reads well is taken
local TALLEST = 5 -- lines of a row that still reads well
local EVEN = 0.85 -- 1: texts of different length get as many lines; 0: the same width
local MANY = 8 -- columns: from here on a header may be set two characters wide
local PAD = 0.4 -- em, on each side of a cell
local HIGHEST = 540 -- points, of a picture
local RESOLUTION = 150 -- points of a picture to the inch, where it does not say how wide it is
local NOTE = 9 -- points, of a note's type
local WHOLE = 260 -- points: a lower table is not parted by a page's end
local TOGETHER = 3 -- rows of a higher one that stay together at either end

local function raw(text) return pandoc.RawInline("typst", text) end

local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0") .. '"' end

-- Inlines in brackets; a mark that would begin a list or a heading does not, with something before it.
local function content(inlines)
  local put = pandoc.List({ raw("[") })
  local first = inlines[1]
  if first and first.t == "Str" and first.text:match("^[-+=/%d]") then put:insert(raw("#[]")) end
  put:extend(inlines)
  put:insert(raw("]"))
  return put
end

-- How wide a character is in the fonts that are used, in em.
local function em(code)
  if code >= 0x2E80 or code == 0x2014 or code == 0x2026 or code == 0x201C or code == 0x201D then return 1 end
  if code == 0x25 or code == 0x6D or code == 0x77 or (code >= 0x41 and code <= 0x5A) then return 0.9 end
  if code == 0x20 or code == 0x2C or code == 0x2E or code == 0x2F or code == 0x3A then return 0.36 end
  return 0.57
end

-- The width of a text, and of its longest part that is not broken: Chinese breaks anywhere, else at spaces.
local function width_of(text, breaks_at_chinese)
  local sum, longest, run = 0, 0, 0
  for _, code in utf8.codes(text) do
    local width = em(code)
    sum = sum + width
    if code == 0x20 or (breaks_at_chinese and code >= 0x2E80) then run = 0 else run = run + width end
    if run > longest then longest = run end
  end
  return sum, longest
end

local function is_unbroken(inline)
  return inline.t == "Span" and (inline.attributes.style or ""):find("nowrap", 1, true) ~= nil
end

local SAID = {
  Str = function(inline) return inline.text end,
  Space = function() return " " end,
  SoftBreak = function() return " " end,
}

-- What a cell needs: the width of its longest line, the least width, and the widths of its lines.
local function needs(inlines, is_number)
  local natural, least, lines, joined, width = 0, 0, {}, "", 0
  local function close()
    local breaking, part = width_of(joined, not is_number)
    lines[#lines + 1] = width + breaking
    natural, least, joined, width = math.max(natural, width + breaking), math.max(least, part), "", 0
  end
  for _, inline in ipairs(inlines) do
    local kind = inline.t
    if kind == "LineBreak" then
      close()
    elseif is_unbroken(inline) then
      local unbroken = width_of(pandoc.utils.stringify(inline))
      width, least = width + unbroken, math.max(least, unbroken)
    else
      joined = joined .. (SAID[kind] or pandoc.utils.stringify)(inline)
    end
  end
  close()
  return natural, math.max(least, math.min(natural, is_number and 1 or 4)), lines
end

local function inlines_of(contents)
  local first = contents[1]
  if #contents == 0 then return pandoc.Inlines({}) end
  if #contents == 1 and (first.t == "Plain" or first.t == "Para") then return first.content end
  return pandoc.Inlines({ raw(pandoc.write(pandoc.Pandoc(contents), "typst")) })
end

-- Rows as lists of cells, each with its column; a column held by a cell from above is left out.
local function placed(rows)
  local held, result = {}, pandoc.List()
  for number, row in ipairs(rows) do
    local at, cells = 1, pandoc.List()
    for _, cell in ipairs(row.cells) do
      while (held[at] or 0) >= number do at = at + 1 end
      local across, down = cell.col_span, cell.row_span
      local side = cell.alignment
      cells:insert({ column = at, across = across, down = down, side = side, inlines = inlines_of(cell.contents) })
      for column = at, at + across - 1 do held[column] = number + down - 1 end
      at = at + across
    end
    result:insert(cells)
  end
  return result
end

-- What each column needs: `natural` with all on one line, `fair` with its header on three, `firm` with numbers
-- on one line, `least` with nothing broken that may not be.
local function columns_of(rows, sides)
  local columns = {}
  for at = 1, #sides do columns[at] = { natural = 1, fair = 1, firm = 1, least = 1 } end
  for number, cells in ipairs(rows) do
    for _, held in ipairs(cells) do
      local is_head, column = number <= rows.heads, columns[held.column]
      local is_number = sides[held.column] == "right"
      local natural, least, lines = needs(held.inlines, is_number and not is_head)
      held.lines = lines
      if held.across == 1 then
        column.natural = math.max(column.natural, natural)
        least = is_head and math.min(natural, #sides > MANY and 2.1 or 4.1) or least
        column.least = math.max(column.least, least)
        column.firm = math.max(column.firm, is_number and not is_head and natural or least)
        column.fair = math.max(column.fair, is_head and math.min(natural, math.max(2.1, natural / 3 + 0.7)) or natural)
      end
    end
  end
  return columns
end

local function total(columns, name)
  local sum = 0
  for _, column in ipairs(columns) do sum = sum + column[name] end
  return sum
end

-- Widths in em that fill `room`: what a column needs if that fits, else more for those that need more.
local function share(columns, room)
  local wanted = total(columns, "natural") <= room and "natural" or "fair"
  local sum = total(columns, wanted)
  if sum <= room then
    local spare = math.min(3, (room - sum) / #columns)
    for _, column in ipairs(columns) do column.width = column[wanted] + spare end
    return
  end
  local lower = total(columns, "firm") <= room and "firm" or "least"
  local low, high = 0, 200
  for _ = 1, 40 do
    local middle = (low + high) / 2
    for _, column in ipairs(columns) do
      column.width = math.max(column[lower], math.min(column.fair, middle * column.fair ^ EVEN))
    end
    if total(columns, "width") > room then high = middle else low = middle end
  end
end

-- The lines that each row takes, in the widths given.
local function heights(rows, columns)
  local tallest, sum = 0, 0
  for number, cells in ipairs(rows) do
    local height = 1
    for _, held in ipairs(cells) do
      local lines, width = 0, 0
      for column = held.column, held.column + held.across - 1 do width = width + columns[column].width end
      for _, line in ipairs(held.lines) do lines = lines + math.max(1, math.ceil(line / width - 0.02)) end
      if held.down == 1 then height = math.max(height, lines) end
    end
    if number > rows.heads then tallest = math.max(tallest, height) end
    sum = sum + height + 0.6
  end
  return tallest, sum
end

-- The size of type, and the height that the table will take.
local function fit(rows, columns)
  local size, height
  for _, tried in ipairs(SIZES) do
    local room = TEXT_WIDTH / tried - 2 * PAD * #columns
    if total(columns, "least") <= room or tried == SIZES[#SIZES] then
      share(columns, room)
      local tallest, sum = heights(rows, columns)
      size, height = tried, sum * tried * 1.45
      if tallest <= TALLEST then break end
    end
  end
  return size, height
end

local SIDES = { AlignRight = "right", AlignCenter = "center" }

-- A header over several columns stands in their middle, over a rule of its own.
local function cell(held, sides, is_head)
  local is_group = is_head and held.across > 1
  local own = is_group and "center" or SIDES[held.side]
  local given = {}
  if is_group then table.insert(given, "stroke: (bottom: 0.5pt)") end
  if held.across > 1 then table.insert(given, "colspan: " .. held.across) end
  if held.down > 1 then table.insert(given, "rowspan: " .. held.down) end
  if own and own ~= sides[held.column] then table.insert(given, "align: " .. own .. " + horizon") end
  local put = pandoc.List({ raw(#given > 0 and "table.cell(" .. table.concat(given, ", ") .. ")" or "") })
  put:extend(content(held.inlines))
  put:insert(raw(", "))
  return put
end

local function sides_of(tbl)
  local sides = {}
  for at, spec in ipairs(tbl.colspecs) do sides[at] = SIDES[spec[1]] or "left" end
  return sides
end

local function body_rows(tbl)
  local rows = pandoc.List()
  for _, part in ipairs(tbl.bodies) do
    rows:extend(part.head)
    rows:extend(part.body)
  end
  rows:extend(tbl.foot.rows)
  return rows
end

local function list(of, write)
  local said = {}
  for at, one in ipairs(of) do said[at] = write(one) end
  return "(" .. table.concat(said, ", ") .. ",)"
end

local function all_cells(rows, sides, is_head)
  local put = pandoc.List()
  for _, cells in ipairs(rows) do
    for _, held in ipairs(cells) do put:extend(cell(held, sides, is_head)) end
    if cells.keeper then put:insert(raw(cells.keeper)) end
  end
  return put
end

-- Rows stay together under an unbroken cell that spans them, in a column without width.
local function keep(head, body)
  local function over(rows, first, last, parted)
    if last < first then return end
    rows[first].keeper = string.format("table.cell(rowspan: %d, breakable: %s)[], ", last - first + 1, parted)
  end
  local count = math.min(TOGETHER, #body // 2)
  over(head, 1, #head, "false")
  over(body, 1, count, "false")
  over(body, count + 1, #body - count, "true")
  over(body, #body - count + 1, #body, "false")
end

-- A table as one paragraph of calls and contents, so that pandoc writes all its cells in one go.
-- `reserve`: points that a table over several pages leaves below it, on each of them, for its note.
local function three_line(tbl, reserve)
  local sides = sides_of(tbl)
  local head, body = placed(tbl.head.rows), placed(body_rows(tbl))
  local rows = pandoc.List(head) .. body
  rows.heads = #head
  local columns = columns_of(rows, sides)
  local size, height = fit(rows, columns)
  local is_whole = height <= WHOLE or #body < 4
  if not is_whole then keep(head, body) end
  local widths = list(columns, function(column) return string.format("%.2fem", column.width + 2 * PAD) end)
  local put = pandoc.List({
    raw("#three-line(" .. size .. "pt, " .. widths .. (is_whole and "" or " + (0pt,)") .. ", "),
    raw(list(sides, function(side) return side .. " + horizon" end) .. (is_whole and ", " or " + (left,), ")),
  })
  put:extend(content(pandoc.utils.blocks_to_inlines(tbl.caption.long)))
  put:insert(raw(", table.header("))
  put:extend(all_cells(head, sides, true))
  put:insert(raw("header-rule), "))
  put:extend(all_cells(body, sides))
  put:insert(raw((is_whole and "" or "..room(" .. #sides + 1 .. ", " .. (reserve or 0) .. "pt), open: true") .. ")"))
  return pandoc.Plain(put), is_whole
end

-- As wide as in HTML, where 96 make an inch; no wider than the text and not so high that its caption is parted.
local function image_of(image)
  local function given(name) return tonumber((image.attributes[name] or ""):match("^%d+%.?%d*")) end
  local said = { quoted(image.src), "alt: " .. quoted(pandoc.utils.stringify(image.caption)) }
  local width, across, down = given("width"), given("across"), given("down")
  if across and down then
    local wide = math.min(width and width * 0.75 or across * 72 / RESOLUTION, TEXT_WIDTH, HIGHEST * across / down)
    table.insert(said, string.format("width: %.2fpt, height: %.2fpt, fit: \"stretch\"", wide, wide * down / across))
  elseif width then
    table.insert(said, "width: " .. math.min(width * 0.75, TEXT_WIDTH) .. "pt")
  end
  return raw("#image(" .. table.concat(said, ", ") .. ")")
end

local function figure(block)
  local put = pandoc.List({ raw("#captioned(") })
  put:extend(content(pandoc.utils.blocks_to_inlines(block.content)))
  put:insert(raw(", "))
  put:extend(content(pandoc.utils.blocks_to_inlines(block.caption.long)))
  put:insert(raw(")"))
  return pandoc.Plain(put)
end

local function wrapped(call, blocks)
  local put = pandoc.List({ pandoc.RawBlock("typst", call .. "[") })
  put:extend(blocks)
  put:insert(pandoc.RawBlock("typst", "]"))
  return put
end

local function height_of(note)
  return (math.ceil(width_of(pandoc.utils.stringify(note)) * NOTE / TEXT_WIDTH * 1.03) + 0.5) * (NOTE + 4)
end

-- What belongs together stays on one page, except a long table; its last rows and its note do.
local function exhibit(div)
  if not div.classes:includes("exhibit") then return nil end
  local whole, reserve = true, 0
  div.content:walk({ Div = function(inner)
    if inner.classes:includes("note") then reserve = reserve + height_of(inner) end
  end })
  local blocks = div.content:walk({
    Table = function(tbl)
      local put, is_whole = three_line(tbl, reserve)
      whole = whole and is_whole
      return put
    end,
  })
  local pull = whole and "" or ", pull: " .. reserve .. "pt"
  return wrapped("#exhibit(whole: " .. tostring(whole) .. pull .. ")", blocks)
end

local function note(div)
  return div.classes:includes("note") and wrapped("#note", div.content) or div.content
end

local function shifted(header)
  header.level = math.max(header.level - 1, 1) -- the notebook's first level is the title
  return header
end

-- Latin text before （ holds on to it, which leaves lines too loose: they may part. PDF/A forbids U+FEFF.
local function str_of(str)
  local put, from = pandoc.List(), 1
  local text = str.text:gsub("\u{FEFF}", "")
  for at in text:gmatch("[%w%%]()（") do
    put:insert(pandoc.Str(text:sub(from, at - 1)))
    put:insert(raw("#h(0pt)"))
    from = at
  end
  put:insert(pandoc.Str(text:sub(from)))
  return put
end

local inline = {
  Image = image_of,
  Span = function(span)
    return is_unbroken(span) and pandoc.List({ raw("#box[") }) .. span.content .. { raw("]") } or span.content
  end,
  Str = str_of,
}

-- Tables come first, while what their cells hold can still be measured.
function Pandoc(doc)
  doc.blocks = doc.blocks
    :walk({ Div = exhibit })
    :walk({ Table = function(tbl) return (three_line(tbl)) end })
    :walk(inline)
    :walk({ Figure = figure, Header = shifted, Div = note })
  return doc
end
