const field = document.getElementById("find"), found = document.getElementById("found");
field.form.hidden = false;
field.form.onsubmit = () => false;
const text = row => (row.dataset.row + " " + row.textContent).toLowerCase();
let rows;
field.oninput = () => {
  rows ??= [...document.querySelectorAll("[data-row]")].map(row => [row, text(row)]);
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const [row, said] of rows) {
    row.hidden = !words.every(word => said.includes(word));
    count += !row.hidden;
  }
  for (const part of [...document.querySelectorAll("[data-part]")].reverse()) {
    part.hidden = !part.querySelector("[data-row]:not([hidden])");
    if (part.tagName == "DETAILS") part.open = words.length ? !part.hidden : "open" in part.dataset;
  }
  found.textContent = words.length ? (count ? `找到 ${count} 项` : "没有找到") : "";
};
if (field.value) field.oninput();
for (const time of document.querySelectorAll("time[data-age]")) {
  const days = Math.floor((Date.now() - new Date(time.dateTime)) / 864e5);
  time.insertAdjacentText("afterend", days > 0 ? `（${days} 天前）` : "（今天）");
}
