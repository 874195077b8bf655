/* The stock search box has no name of its own: it and its search field take the one of the field behind them. */
const nameOf = select => select.getAttribute("aria-label") || select.labels[0]?.textContent.trim() || "";

function name(select) {
  const box = select.nextElementSibling?.querySelector(".select2-selection");
  const id = `${select.id}-name`;
  if (!box || document.getElementById(id)) return;
  const label = Object.assign(document.createElement("span"), {id, hidden: true, textContent: nameOf(select)});
  box.before(label);
  box.setAttribute("aria-labelledby", `${id} ${box.getAttribute("aria-labelledby")}`);
}

const nameAll = () => document.querySelectorAll("select.admin-autocomplete").forEach(name);
const nameSearch = event => document.querySelector(".select2-search__field")?.setAttribute("aria-label", nameOf(event.target));
addEventListener("load", () => { nameAll(); django.jQuery(document).on("select2:open", nameSearch); });
document.addEventListener("formset:added", () => setTimeout(nameAll));
